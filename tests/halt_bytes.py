"""The first bytes that an emergency stop says to a pump of a family, and the frames they are held to."""

import tomllib
from pathlib import Path

from drivers.line.halting import HaltingLine
from drivers.line.halts import Value, halt_module

_VECTORS = Path(__file__).parent / "vectors"


def first_words(family: str, **given: Value) -> bytes:
    """What leaves before anything has been heard."""
    module = halt_module(family)
    line = HaltingLine([module.dialects_from({**module.DEFAULTS, **given})])
    line.opened(0)
    return line.take_output()


def golden(family: str, name: str, framing: str | None = None) -> bytes:
    """A frame of tests/vectors, by its name."""
    frames = tomllib.loads((_VECTORS / f"{family}.toml").read_text())["frame"]
    [found] = [f for f in frames if f["name"] == name and framing in (None, f.get("framing"))]
    return bytes.fromhex(found["bytes"])


def options_agree(family: str) -> None:
    """DEFAULTS say what the family's own table says. Raises AssertionError."""
    from drivers.registry import family as entry

    table = {option.key: option.default for option in entry(family).OPTIONS}
    defaults = dict(halt_module(family).DEFAULTS)
    assert defaults == {key: table[key] for key in defaults}
