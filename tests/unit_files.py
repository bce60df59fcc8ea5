"""The units as they are shipped, read as systemd reads them: sections of keys, each key with all its values."""

from collections import defaultdict
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "systemd"
UNITS = ("pumpd.service", "pumpd-panel.service", "pumpd-metrics.service", "pumpd-sounder.service")
PROGRAM = "/usr/bin/pumpd"

Unit = dict[str, list[str]]


def unit(name: str) -> Unit:
    """Every key with its values in order; an empty one resets the list, as in systemd."""
    found: Unit = defaultdict(list)
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found[key].append(value)
    return found


def seconds(text: str) -> float:
    """`500ms`, `2`, `1s`."""
    return float(text[:-2]) / 1000 if text.endswith("ms") else float(text.removesuffix("s"))


def words_of(command: str) -> list[str]:
    """What stands behind our program in a command line of a unit."""
    program, *words = command.split()
    assert program == PROGRAM, command
    return words
