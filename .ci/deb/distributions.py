"""Which entries of requirements.lock go into the package.

Theory of operation. The lock pins every extra at once. What the package needs is the closure of the project's own
dependencies and of the extra `demo` (`pumpd demo` brings its broker with it), followed through the metadata of what is
installed in `.venv`, which is what the lock pins. The entries are taken over word by word, hashes included.
"""

import re
from collections.abc import Callable, Iterable
from importlib.metadata import requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("demo",)

Requires = Callable[[str], list[str] | None]


def lock_entries(text: str) -> dict[str, str]:
    """Name (canonical) to the whole entry with its continuation lines."""
    entries: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", text.strip()):
        name = re.match(r"[A-Za-z0-9._-]+", entry)
        if name:
            entries[canonicalize_name(name[0])] = entry
    return entries


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def closure(requirements: Iterable[str], requires_of: Requires = requires) -> set[str]:
    """Canonical names of all that these need here, themselves included."""
    seen: dict[str, set[str]] = {}
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if name in seen and one.extras <= seen[name]:
            continue
        seen[name] = seen.get(name, set()) | one.extras
        further = [Requirement(text) for text in requires_of(one.name) or []]
        waiting += [row for row in further if _applies(row, seen[name])]
    return set(seen)


def packaged_lock(lock: str, project: dict[str, object], requires_of: Requires = requires) -> str:
    """The part of the lock that the package holds.

    Raises:
        ValueError: something needed is not in the lock.
    """
    wanted: list[str] = list(project["dependencies"])  # type: ignore[call-overload]
    for extra in EXTRAS:
        wanted += project["optional-dependencies"][extra]  # type: ignore[index]
    entries = lock_entries(lock)
    names = closure(wanted, requires_of)
    absent = sorted(names - set(entries))
    if absent:
        raise ValueError(f"requirements.lock does not pin {', '.join(absent)}: ./run lock")
    return "".join(entries[name] + "\n" for name in sorted(names))
