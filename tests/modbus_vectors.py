"""tests/vectors/modbus.toml, read once for everybody who is bound to it."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "vectors" / "modbus.toml").read_text())


@dataclass(frozen=True)
class Golden:
    """One frame."""

    name: str
    framing: str
    direction: str
    unit: int
    function: int
    whole: bytes
    number: int = 0
    address: int = 0
    count: int = 0
    values: tuple[int, ...] = ()
    write_address: int = 0
    word: str = ""
    effect: str = ""
    effect_value: int = 0
    exception: int = 0
    text: bytes = b""
    source: str = field(default="own")

    @property
    def is_tcp(self) -> bool:
        return self.framing == "tcp"

    @property
    def pdu(self) -> bytes:
        return self.whole[7:] if self.is_tcp else self.whole[1:-2]


def _golden(table: dict[str, Any]) -> Golden:
    rest = {**table, "whole": bytes.fromhex(table["bytes"]), "values": tuple(table.get("values", ()))}
    rest["text"] = bytes.fromhex(table.get("text", ""))
    del rest["bytes"]
    return Golden(**rest)


FRAMES: list[Golden] = [_golden(table) for table in VECTORS["frame"]]
REQUESTS = [frame for frame in FRAMES if frame.direction == "request"]
REPLIES = [frame for frame in FRAMES if frame.direction == "reply"]
