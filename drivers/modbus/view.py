"""What has been read of a device, and what it means.

Theory of operation. Blocks come in one answer each and are laid side by side by space and address; a value is only
taken out of words that lie in one block, which the map was checked for. Where a device says its motion twice, the
moving one of the two is believed: a pump that claims to stand while its actual rate is above 0 is infusing, and one
that runs with a direction other than ours is withdrawing.
"""

from drivers.contract import Identity, Motion, PumpAlarm, PumpReport
from drivers.line.turns import Refused
from drivers.modbus.layout import Block, IdentityPart, Place, RegisterMap, Space

#: Which alarm is told first, where several stand.
ALARMS: tuple[tuple[str, PumpAlarm], ...] = (
    ("reset", PumpAlarm.RESET),
    ("stall", PumpAlarm.STALL),
    ("program", PumpAlarm.PROGRAM),
    ("host_silent", PumpAlarm.HOST_SILENT),
    ("battery", PumpAlarm.BATTERY),
)
_MOTIONS = (
    ("withdrawing", Motion.WITHDRAWING),
    ("purging", Motion.PURGING),
    ("running", Motion.INFUSING),
    ("waiting", Motion.WAITING),
)


class View:
    """Words read so far, of one device."""

    def __init__(self, layout: RegisterMap) -> None:
        self._layout = layout
        self._words: dict[tuple[Space, int], int] = {}

    def take(self, block: Block, words: tuple[int, ...]) -> None:
        """Lay a block's answer in its place; coils come in eights, and what is beyond the block is nothing."""
        for offset in range(block.count):
            self._words[block.space, block.address + offset] = words[offset]

    def has(self, place: Place) -> bool:
        """All of it has been read."""
        return all((place.space, place.address + n) in self._words for n in range(place.count))

    def words(self, place: Place) -> tuple[int, ...]:
        """Its words as on the wire."""
        return tuple(self._words[place.space, place.address + n] for n in range(place.count))

    def value(self, key: str) -> int | None:
        """A number in ours, None where the map has none or it was not read. Raises Refused for what is no number."""
        place = self._layout.numbers.get(key)
        if place is None or not self.has(place):
            return None
        value = place.scale.value_of(self._layout.ordered(self.words(place)))
        if value is None:
            raise Refused(f"{key}: what stands in {place.space.value} {place.address} is no number")
        return value

    def pressure_mmhg(self) -> float | None:
        """The line pressure, if the map has one."""
        place = self._layout.numbers.get("pressure")
        if place is None or not self.has(place):
            return None
        exact = place.scale.exact(self._layout.ordered(self.words(place)))
        return None if exact is None else float(exact)

    def switch(self, key: str) -> int | None:
        """What a switch reads back as."""
        place = self._layout.switches.get(key)
        return self.words(place)[0] if place is not None and self.has(place) else None

    def bits(self, key: str) -> frozenset[str]:
        """The named bits that are set."""
        place = self._layout.words.get(key)
        if place is None or not self.has(place):
            return frozenset()
        [word] = self.words(place)
        return frozenset(name for name, bit in place.bits.items() if word >> bit & 1)

    def heartbeat(self) -> int | None:
        """The register that changes with every request."""
        place = self._layout.words.get("heartbeat")
        return self.words(place)[0] if place is not None and self.has(place) else None

    def motion(self) -> Motion:
        """What the motor does, on the safe side of what is said."""
        layout, said = self._layout, self.bits("status")
        found = next((motion for name, motion in _MOTIONS if name in said), Motion.HALTED)
        if "status" not in layout.words and self.switch("run") == layout.switches["run"].on:
            found = Motion.INFUSING
        if found is Motion.HALTED and (self.value("actual_rate") or 0) > 0:
            found = Motion.INFUSING
        return Motion.WITHDRAWING if found is Motion.INFUSING and not self.is_our_direction() else found

    def is_our_direction(self) -> bool:
        """The direction reads back as infusing, or the map has none, or it was not read."""
        direction = self.switch("direction")
        return direction is None or direction == self._layout.switches["direction"].on

    def report(self) -> PumpReport:
        """All of it. A device without a counter shows 0 for ever."""
        rate_nl_h = self.value("rate")
        return PumpReport(
            self.motion(),
            self.value("counter") or 0,
            (self.value("actual_rate") or 0) if rate_nl_h is None else rate_nl_h,
            self.value("diameter"),
            self.value("volume_target"),
            self.value("watchdog"),
            pressure_mmhg=self.pressure_mmhg(),
        )


def identity_of(layout: RegisterMap, words: tuple[int, ...], unit: int) -> Identity:
    """Who sent this answer to the identity block."""
    who = layout.who
    model = _say(layout, who.model, words)
    return Identity(
        who.names.get(model, f"model {model}"),
        _say(layout, who.firmware, words),
        unit,
        _say(layout, who.serial, words),
    )


def identity_key(layout: RegisterMap, words: tuple[int, ...]) -> bytes:
    """What in it stays the same: everything that names the device, no nonce."""
    who = layout.who
    parts = [_part(layout, part, words) for part in (who.model, who.firmware, who.serial) if part is not None]
    return b"".join(word.to_bytes(2, "big") for part in parts for word in part)


def _part(layout: RegisterMap, part: IdentityPart, words: tuple[int, ...]) -> tuple[int, ...]:
    start = part.address - layout.who.block.address
    return words[start : start + part.count]


def _say(layout: RegisterMap, part: IdentityPart | None, words: tuple[int, ...]) -> str:
    if part is None:
        return ""
    found = _part(layout, part, words)
    packed = b"".join(word.to_bytes(2, "big") for word in found)
    if part.form == "text":
        return packed.decode("ascii", "backslashreplace").strip("\0 ")
    if part.form == "version":
        return f"{found[0] >> 8}.{found[0] & 0xFF}"
    return str(int.from_bytes(b"".join(w.to_bytes(2, "big") for w in layout.ordered(found)), "big"))
