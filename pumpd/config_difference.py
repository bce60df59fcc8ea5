"""Two configurations side by side: what a person reads who has to know what changed.

Theory of operation. A configuration becomes one flat table of places and values, named as faults name them, with the
entries of a list by their names, so that a new bed in front of another is a new bed and not a change of every other. That
table goes into the journal at every start beside the hash, because a hash alone says that something changed and not what.
A secret goes in as a digest: that it changed is told, what it is is not.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping

from pumpd.config import Config

#: More than this at once is another configuration, not a change of one.
MOST_TOLD = 8
_SECRET = "pin_scrypt"


def flat(config: Config) -> dict[str, str]:
    """Every key that has a value, as JSON text, by its place."""
    return dict(_walked("", config.model_dump(mode="json")))


def _walked(place: str, node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _walked(f"{place}.{key}" if place else key, value)
    elif isinstance(node, list) and any(isinstance(entry, dict) for entry in node):
        for number, entry in enumerate(node, 1):
            name = entry.get("name", number) if isinstance(entry, dict) else number
            yield from _walked(f"{place}[{name}]", entry)
    elif node is not None:
        text = json.dumps(node, ensure_ascii=False)
        if place.endswith(_SECRET):
            text = f"#{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        yield place, text


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """`place: old -> new` for each, what is only in `after` last; "" where there is none."""
    places = dict.fromkeys((*before, *after))
    told = [
        f"{place}: {before.get(place, '(left out)')} -> {after.get(place, '(left out)')}"
        for place in places
        if before.get(place) != after.get(place)
    ]
    more = len(told) - MOST_TOLD
    return ", ".join(told[:MOST_TOLD]) + (f", and {more} more" if more > 0 else "")


def recorded(config_hash: str, config: Config) -> str:
    """The journal's record of a file that is in force."""
    return json.dumps({"hash": config_hash, "keys": flat(config)}, sort_keys=True)


def from_record(body: str) -> tuple[str, dict[str, str]]:
    """Hash and table of such a record.

    Raises:
        ValueError: it is none.
    """
    written = json.loads(body)
    if not isinstance(written, dict) or not isinstance(written.get("keys"), dict):
        raise ValueError("no configuration in this record")
    return str(written.get("hash")), {str(key): str(value) for key, value in written["keys"].items()}
