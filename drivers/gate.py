"""The last check before the wire. Dumb on purpose, and it trusts nobody, least of all the code that built the
frame.

Theory of operation. Everything above this line can be wrong: the programme, the reconciliation, a turn's
order of frames, the codec's arithmetic. So the finished frame is decoded again, by code that shares nothing
with the encoder, into one `Effect`; and the effect is held against the most a person has approved. Deny is
the default: an effect that cannot be named is refused, and before the first approval nothing that adds drug
passes. A halt passes always, before any other question is asked: the one thing this gate can do wrong to a
patient is to stop a stop.

The gate remembers one thing. A start is permitted only when a rate and a volume limit have both passed since
the last start, and both still lie within the approval now in force; so an approval that was lowered, or a
change of diameter or unit that gave the numbers in the pump another meaning, takes an old setting's right to
be started with.

Not every pump can be told a volume to stop at. Where the host itself will halt the pump, no frame sets a volume and
none may be made to look as if it did: the start carries the number at which the host will halt, as `host_limit_nl`,
and that number is held against the approval as a set volume is. It is of that start alone and is not remembered.

After panda's safety hooks (facts/style.md 1.2: default deny, an inactive command always
passes).
"""

from dataclasses import dataclass
from enum import StrEnum

from drivers.contract import Approval


class EffectKind(StrEnum):
    """What a frame would do to delivery if the pump obeyed it."""

    HALTS = "halts"
    HARMLESS = "harmless"  # reads, and settings that cannot add drug
    RESCALES = "rescales"  # gives the numbers already in the pump another meaning (diameter, unit)
    SETS_RATE = "sets_rate"  # value in nl/h
    SETS_VOLUME = "sets_volume"  # value in nl; 0 = no limit at all
    STARTS = "starts"
    FORBIDDEN = "forbidden"  # withdraw, purge, another direction than infuse: never ours to ask
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Effect:
    """One frame's effect. `value` is nl/h or nl where the kind has one; `wording` is the text itself.

    `host_limit_nl`: of a start, the volume after which the host itself halts a pump that cannot be told one, nl.
    """

    kind: EffectKind
    wording: str
    value: int = 0
    host_limit_nl: int | None = None


class Gate:
    """Holds the approval in force and says no. One per line; pure."""

    def __init__(self) -> None:
        self._approval: Approval | None = None
        self._rate_nl_h: int | None = None
        self._volume_nl: int | None = None

    @property
    def approval(self) -> Approval | None:
        """What is approved now; None = nothing."""
        return self._approval

    def approve(self, approval: Approval) -> None:
        """Put this approval in force; it replaces the one before, upwards and downwards."""
        self._approval = approval

    def forget(self) -> None:
        """The line was lost: whatever was set through it may be gone. The approval stays."""
        self._rate_nl_h = None
        self._volume_nl = None

    def refusal(self, effect: Effect) -> str | None:
        """None if the frame may leave; otherwise why not, with value, limit and unit."""
        match effect.kind:
            case EffectKind.HALTS | EffectKind.HARMLESS:
                return None
            case EffectKind.RESCALES:
                self.forget()
                return None
            case EffectKind.SETS_RATE:
                return self._rate(effect)
            case EffectKind.SETS_VOLUME:
                return self._volume(effect)
            case EffectKind.STARTS:
                return self._start(effect)
            case EffectKind.FORBIDDEN:
                return f"gate: {effect.wording} is never permitted"
        return f"gate: {effect.wording} has no known effect, so it is refused"

    def _rate(self, effect: Effect) -> str | None:
        if self._approval is None:
            return f"gate: {effect.wording} sets {effect.value} nl/h, and nothing is approved"
        limit = self._approval.max_rate_nl_h
        if not 0 <= effect.value <= limit:
            return f"gate: {effect.wording} sets {effect.value} nl/h, approved are {limit} nl/h"
        self._rate_nl_h = effect.value
        return None

    def _volume(self, effect: Effect) -> str | None:
        if self._approval is None:
            return f"gate: {effect.wording} sets {effect.value} nl, and nothing is approved"
        limit = self._approval.max_volume_nl
        if effect.value == 0:
            return f"gate: {effect.wording} sets 0 nl, which is no limit; approved are {limit} nl"
        if not 0 < effect.value <= limit:
            return f"gate: {effect.wording} sets {effect.value} nl, approved are {limit} nl"
        self._volume_nl = effect.value
        return None

    def _start(self, effect: Effect) -> str | None:
        if self._approval is None:
            return f"gate: {effect.wording} starts the pump, and nothing is approved"
        rate_nl_h = self._rate_nl_h
        volumes_nl = [one for one in (self._volume_nl, effect.host_limit_nl) if one is not None]
        if rate_nl_h is None or not volumes_nl:
            missing = "rate" if rate_nl_h is None else "volume limit"
            return f"gate: {effect.wording} starts the pump, and no {missing} has passed since the last start"
        if rate_nl_h > self._approval.max_rate_nl_h:
            limit = self._approval.max_rate_nl_h
            return f"gate: {effect.wording} would start at {rate_nl_h} nl/h, approved are {limit} nl/h"
        limit = self._approval.max_volume_nl
        for volume_nl in volumes_nl:
            if not 0 < volume_nl <= limit:
                return f"gate: {effect.wording} would start with {volume_nl} nl, approved are 1 to {limit} nl"
        self.forget()
        return None
