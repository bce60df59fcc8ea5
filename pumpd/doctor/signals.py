"""What the monitors say: every signal that this bed needs, how often, how old, and what nobody understands.

Theory of operation. The very router that the daemon uses says what each word means, so what is admitted here is admitted
there. No patient is bound (there is no order to the doctor), so a token is not judged. What is needed and how old it may be
is the rule table's: pulse and saturation 10 s, the cuff 390 s, what has a sensor of its own 2 s. Retained words are
never measurements and are told as refused.
"""

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from interlocks.conditions import WORDS
from interlocks.vocabulary import Signal
from pumpd.clock import Clock
from pumpd.core.gates import FITTED_AGE_MS, PULSE_AGE_MS, START_CUFF_AGE_MS
from pumpd.doctor.verdict import Finding, fail, ok, warn
from pumpd.shell.feeds.arrivals import OLD_NEWS, MonitorStatus, RejectReason, SampleRefused, SamplesArrived
from pumpd.shell.feeds.routing import BedBinding, Router

CHECK, UNKNOWN = "signal", "words"
MOST_REFUSALS = 8
#: A cuff is inflated every five minutes; listening for less proves nothing about it.
CUFF_EVERY_S = 300


@dataclass(frozen=True, slots=True)
class Need:
    """One signal that a bed must have. `limit_ms`: how old it may become. `every_s`: how often it comes at least."""

    signal: Signal
    limit_ms: int
    every_s: float


@dataclass(slots=True)
class Seen:
    """What was heard of one signal. `age_ms`: of its newest value when it arrived, by the monitor's clock."""

    count: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    age_ms: int = 0
    source: str = ""


class Ear:
    """Hears words, keeps what each signal came to. `bindings`: of the beds, without a patient.

    Attributes:
        topics: what to subscribe to; bed_of: whose each topic of a gateway is.
        seen: by bed and signal.
        refused: (bed, device, reason, detail) and how often.
        offline: (bed, device) whose last will stands.
    """

    def __init__(self, bindings: tuple[BedBinding, ...]) -> None:
        self.seen: dict[tuple[str, Signal], Seen] = {}
        self.refused: Counter[tuple[str, str, str, str]] = Counter()
        self.offline: set[tuple[str, str]] = set()
        self._clock = Clock()
        self._router = Router(bindings, self._clock)
        self.topics = self._router.topics
        self.bed_of = {one.topic: bound.bed for bound in bindings for one in bound.gateways}

    @property
    def unknown(self) -> Mapping[str, set[str]]:
        """By device, names that its gateway sends and that the table does not map."""
        return self._router.unknown

    def hear(self, topic: str, payload: bytes, is_retained: bool, at_s: float) -> None:
        """One word."""
        received = self._clock.stamp()
        for arrival in self._router.route(topic, payload, is_retained=is_retained, received=received):
            match arrival:
                case SamplesArrived(bed, samples):
                    for one in samples:
                        seen = self.seen.setdefault((bed, one.signal), Seen(first_s=at_s))
                        seen.count, seen.last_s, seen.source = seen.count + 1, at_s, one.source
                        seen.age_ms = max(0, received.ms - one.measured_ms)
                case SampleRefused(bed, device, reason, detail):
                    if reason in _TELLS_INSTANTS:  # each word another number: one kind all the same
                        detail = re.sub(r"[0-9.]+", "N", detail)
                    self.refused[(bed, device, reason.value, detail)] += 1
                case MonitorStatus(bed, device, is_online):
                    (self.offline.discard if is_online else self.offline.add)((bed, device))
                case _:
                    pass


def needs(fitted: frozenset[Signal]) -> tuple[Need, ...]:
    """What a bed with these sensors of its own needs."""
    always = [Need(Signal.HR, PULSE_AGE_MS, 2.0), Need(Signal.SPO2, PULSE_AGE_MS, 2.0)]
    cuff = [Need(one, START_CUFF_AGE_MS, CUFF_EVERY_S) for one in (Signal.SYS, Signal.DIA)]
    own = [Need(one, FITTED_AGE_MS, 1.0) for one in Signal if one in fitted and one is not Signal.AIR_15MIN]
    return (*always, *cuff, *own)


def judge_signal(bed: str, need: Need, seen: Seen | None, listen_s: float, now_s: float) -> Finding:
    """Whether one signal comes often and fresh enough."""
    subject, limit_s = f"{bed} {WORDS[need.signal]}", need.limit_ms / 1000
    if seen is None or not seen.count:
        if listen_s < need.every_s:
            told = f"not seen in {listen_s:g} s; a cuff speaks every {need.every_s / 60:g} min"
            remedy = f"start a measurement now, or `pumpd doctor --listen {need.every_s + 60:g}`"
            return warn(CHECK, subject, told, remedy)
        remedy = "connect it, and see that its gateway sends this signal under this bed's topic"
        return fail(CHECK, subject, f"not seen in {listen_s:g} s (limit {limit_s:g} s)", remedy)
    spent_s = seen.last_s - seen.first_s
    rate = f"{(seen.count - 1) / spent_s:.1f}/s" if seen.count > 1 and spent_s > 0 else "once"
    age_ms = seen.age_ms + round((now_s - seen.last_s) * 1000)
    told = f"{rate} from {seen.source}, {age_ms / 1000:.1f} s old (limit {limit_s:g} s)"
    if age_ms > need.limit_ms:
        return fail(CHECK, subject, told, "it fell silent, or the monitor's clock is wrong: set both by NTP")
    return ok(CHECK, subject, told)


def judge_ear(
    beds: Mapping[str, frozenset[Signal]],
    ear: Ear,
    listen_s: float,
    states: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """Every need of every bed, then what was refused.

    `beds`: the signals that have a sensor of their own there. `states`: of a running daemon, by bed; it has heard for
    longer, so what we have not heard is asked of it.
    """
    now_s = time.monotonic()
    found: list[Finding] = []
    for bed, fitted in beds.items():
        for need in needs(fitted):
            seen = ear.seen.get((bed, need.signal))
            known = judge_told(bed, states[bed], (need,)) if seen is None and bed in states else ()
            found += known or (judge_signal(bed, need, seen, listen_s, now_s),)
    for bed, device in sorted(ear.offline):
        told = "its last will says offline"
        found.append(
            warn(
                UNKNOWN,
                f"{bed} {device}",
                told,
                "switch it on; one that is gone for good: clear its retained status",
            )
        )
    for device, names in sorted(ear.unknown.items()):
        if names:
            told = f"its gateway sends what is not mapped: {', '.join(sorted(names))}"
            found.append(warn(UNKNOWN, device, told, "map what is needed in its `names`; the rest may stay"))
    return (*found, *judge_refusals(ear.refused))


def judge_refusals(refused: Mapping[tuple[str, str, str, str], int]) -> tuple[Finding, ...]:
    """What no bed takes: unknown codes and units, strangers, wrong clocks."""
    rows = sorted(refused.items(), key=lambda row: -row[1])
    found = []
    for (bed, device, reason, detail), count in rows[:MOST_REFUSALS]:
        remedy = _REMEDIES.get(
            reason, "correct what the gateway sends; docs/mqtt/vitals.schema.json is the form"
        )
        found.append(warn(UNKNOWN, f"{bed} {device}", f"{count} refused: {reason}: {detail}", remedy))
    if len(rows) > MOST_REFUSALS:
        told = f"{len(rows) - MOST_REFUSALS} more kinds of refused words"
        found.append(warn(UNKNOWN, "", told, "begin with those above"))
    return tuple(found)


_TELLS_INSTANTS = frozenset({*OLD_NEWS, RejectReason.FUTURE, RejectReason.LATE, RejectReason.IMPLAUSIBLE})
_REMEDIES = {
    "unbound_device": "name it in this bed's channel, or let it speak elsewhere",
    "retained": "the monitor must not publish measurements retained; clear the topic",
    "future": "its clock is ahead: set monitor and this machine by NTP",
    "late": "its clock is behind, or words are queued on the way: NTP, and no persistent session",
    "unknown_signal": "map this code in the gateway, or leave it out",
    "wrong_unit": "send the unit that the schema names",
}


def judge_told(bed: str, state: Mapping[str, Any], needed: Sequence[Need]) -> tuple[Finding, ...]:
    """The same from a running daemon's state: what it has, and how old that is."""
    vitals = state.get("vitals") if isinstance(state.get("vitals"), dict) else {}
    assert isinstance(vitals, dict)
    found = []
    for need in needed:
        if (entry := vitals.get(need.signal.value)) is None:
            continue
        age_s, limit_s = entry["age_ms"] / 1000, need.limit_ms / 1000
        told = f"the daemon has {entry['value']:g} {entry['unit']}, {age_s:.1f} s old (limit {limit_s:g} s)"
        subject = f"{bed} {WORDS[need.signal]}"
        if age_s > limit_s:
            found.append(fail(CHECK, subject, told, "it fell silent: see to the monitor"))
        else:
            found.append(ok(CHECK, subject, told))
    return tuple(found)
