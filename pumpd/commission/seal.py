"""A report's seal: SHA-256 over every byte before it, and, where there is a key, an HMAC over the same bytes.

Theory of operation. The seal is the file's tail and is made of nothing but the bytes before it, so a check computes the
tail again and compares it whole: a word added behind the seal is as visible as a digit changed before it. What it shows:
without a key, that the file was not damaged by accident; with one, that nobody without that key has changed it since.
What it cannot show: that the figures are true, that the person was there, when it was, or who of those who hold the
key made it. It is a shared secret, not a signature that only one person could have made.
"""

import hashlib
import hmac
import json
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = "\n<!--pumpd-seal "
_JSON_MARK = '\n,"seal":'
LEAST_KEY_BYTES = 16
LARGEST_KEY_BYTES = 4096

PROVES = (
    "The SHA-256 shows accidental damage only: whoever edits the file can compute it anew. The keyed signature "
    "(HMAC-SHA-256) shows that nobody without the key file has changed the report since it was made."
)
DOES_NOT_PROVE = (
    "Neither shows that the figures are true, that the named person was there, the date, or who of those who hold the "
    "key made it."
)


class KeyRefused(Exception):
    """This file is no key; `str()` says why."""


class NotSealed(ValueError):
    """The file carries no seal that can be read."""


@dataclass(frozen=True, slots=True)
class Check:
    """`is_whole`: the bytes are those that were sealed. `is_signed`: None where no key was there to tell."""

    is_whole: bool
    is_signed: bool | None
    words: str


def read_key(path: Path) -> bytes:
    """The key. Raises KeyRefused: too short, too long, or others may read it."""
    try:
        mode = path.stat().st_mode
        key = path.read_bytes()
    except OSError as error:
        raise KeyRefused(f"{path}: cannot be read: {error.strerror}") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise KeyRefused(f"{path}: others may read or change it (mode {stat.S_IMODE(mode):04o}); chmod 0600")
    if not LEAST_KEY_BYTES <= len(key) <= LARGEST_KEY_BYTES:
        raise KeyRefused(f"{path}: {len(key)} bytes; a key has {LEAST_KEY_BYTES} to {LARGEST_KEY_BYTES}")
    return key


def key_name(key: bytes) -> str:
    """What tells keys apart without giving one away."""
    return hashlib.sha256(b"pumpd commission key\0" + key).hexdigest()[:16]


def seal_of(body: str, key: bytes | None) -> dict[str, str]:
    """The seal's own words."""
    found = {"sha256": hashlib.sha256(body.encode()).hexdigest()}
    if key is not None:
        found["key"] = key_name(key)
        found["hmac_sha256"] = hmac.new(key, body.encode(), hashlib.sha256).hexdigest()
    return found


def sealed_page(body: str, key: bytes | None) -> str:
    """An HTML page up to its last paragraph, with the seal as its end."""
    return body + _page_tail(seal_of(body, key))


def sealed_json(tree: dict[str, Any], key: bytes | None) -> str:
    """A JSON object with "seal" behind its other keys."""
    body = json.dumps(tree, indent=1, allow_nan=False).removesuffix("\n}")
    return body + _json_tail(seal_of(body, key))


def check(text: str, key: bytes | None) -> Check:
    """Whether the file is as it was sealed. Raises NotSealed."""
    body, seal, tail_of = _parted(text)
    fresh = seal_of(body, key)
    tail = text[len(body) :]
    if seal.get("sha256") != fresh["sha256"] or tail != tail_of(seal):
        return Check(False, None, "CHANGED since it was made: the content does not match its SHA-256")
    signed = seal.get("hmac_sha256")
    if signed is None:
        words = "as it was made, by its SHA-256; it is NOT SIGNED, so an edit on purpose would not show"
        return Check(True, None if key is None else False, words)
    if key is None:
        words = f"as it was made, by its SHA-256; signed with the key {seal.get('key')}: name it with --key to check that"
        return Check(True, None, words)
    if not hmac.compare_digest(signed, fresh["hmac_sha256"]) or seal != fresh:
        words = f"NOT SIGNED WITH THIS KEY: signed with {seal.get('key')}, this is {fresh['key']}"
        return Check(True, False, words)
    return Check(True, True, f"as it was made, and signed with the key {seal.get('key')}")


def _parted(text: str) -> tuple[str, dict[str, str], Any]:
    for mark, tail_of in ((MARK, _page_tail), (_JSON_MARK, _json_tail)):
        body, found, tail = text.rpartition(mark)
        if found:
            try:
                seal, _ = json.JSONDecoder().raw_decode(tail)
            except ValueError:
                continue
            if _is_seal(seal):
                return body, seal, tail_of
    raise NotSealed("it carries no seal of pumpd commission")


def _is_seal(tree: object) -> bool:
    if not isinstance(tree, dict) or set(tree) not in ({"sha256"}, {"sha256", "key", "hmac_sha256"}):
        return False
    return all(isinstance(one, str) and re.fullmatch("[0-9a-f]{16,64}", one) for one in tree.values())


def _page_tail(seal: dict[str, str]) -> str:
    rows = [f"SHA-256 of everything above: {seal.get('sha256')}"]
    if "hmac_sha256" in seal:
        rows.append(f"HMAC-SHA-256 with the key {seal.get('key')}: {seal['hmac_sha256']}")
    else:
        rows.append("Not signed: no key was named.")
    shown = "".join(f'<p class="hash">{one}</p>' for one in rows)
    return f"{MARK}{json.dumps(seal)}-->\n{shown}</body></html>\n"


def _json_tail(seal: dict[str, str]) -> str:
    return f"{_JSON_MARK}{json.dumps(seal)}\n}}\n"
