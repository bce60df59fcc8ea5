"""The sequences that run the pump: start, change of rate, and the poll that moves the target on.

Theory of operation. A start clears the counter, sets target and rate, reads back all three and the idle prompt, and
only then says `irun`; the target is one lease ahead, not the run's end. From then on each poll of the caller reads
rate and counter, writes the next target and reads that back as well. Where `lease.py` calls for watching, the poll
goes on reading the counter until the pump has passed the place or stands there; and where it calls for it, it starts
the next piece, in the same turn, if the pump stands at its own target (`T*`) and nothing else.

A run whose start was not answered is not ours to extend: it ends at its first target.
"""

from collections.abc import Generator
from fractions import Fraction

from drivers.contract import Motion, Outcome, PumpReport, Run
from drivers.harvard import codec
from drivers.harvard.binding import LeaseForm
from drivers.harvard.codec import Reply
from drivers.harvard.turns import (
    READ_COUNTER,
    READ_RATE,
    READ_TARGET,
    SETTLE,
    Pump,
    Turn,
    known,
    order,
    read_back,
    read_counter,
    read_round,
    report_of,
    set_up_again,
    settle,
)
from drivers.line.turns import Ask, Ending, Proof, Refused, Risk

START = Ask(b"irun", codec.DONE, Risk.ADDS_DRUG, is_write=True)
CLEAR = Ask(b"civolume", codec.DONE, Risk.DELIVERY, is_write=True)
#: No watch is longer: 0.6 s of readings, 5 ms apart at least (`signs.WATCH_GAP_MS`), and as much again.
WATCH_MAX = 240


def _set(word: bytes, value: bytes, risk: Risk = Risk.DELIVERY) -> Ask:
    return Ask(word + b" " + value, codec.DONE, risk, is_write=True)


def run(pump: Pump, command: Run) -> Turn:
    """Start a pump that stands."""
    shown, counter = yield from read_counter()
    if shown.motion is not Motion.HALTED:
        raise Refused(f"the pump says {shown.motion.value}, and only a pump at rest can be started")
    if pump.signs.is_unpolled:
        raise Refused("the pump has lost its settings; it must be set up first")
    rate_nl_h, left_nl = command.rate_nl_h, codec.floor_volume(command.volume_limit_nl)
    if codec.say_rate(rate_nl_h) is None:
        raise Refused(f"{rate_nl_h} nl/h cannot be said so that it reads back exactly")
    limit = codec.say_volume(left_nl)
    if limit is None:
        raise Refused(f"a volume limit of {command.volume_limit_nl} nl cannot be set")
    if not pump.lease.is_fine_enough(rate_nl_h, left_nl):
        raise Refused(f"at {rate_nl_h} nl/h a lease is less than two steps of the target")
    pump.lease.end()
    yield from settle(shown)
    # The gate knows one volume at a time: it is shown the whole of the run once, before the first piece of it.
    yield from order(_set(b"tvolume", limit))
    target_nl = pump.lease.first_target(rate_nl_h, left_nl)
    yield from _start(pump, rate_nl_h, left_nl, target_nl, counter, from_prompt=":")
    report = yield from read_back(pump, with_diameter=False, with_target=True)
    if report.motion is not Motion.INFUSING:
        detail = f"irun was answered >, and then the pump says {report.motion.value}"
        return Ending(Outcome.UNKNOWN, detail, report)
    if (report.rate_nl_h, report.volume_limit_nl) != (rate_nl_h, target_nl):
        detail = f"runs with {report.rate_nl_h} nl/h to {report.volume_limit_nl} nl, not as it was told"
        return Ending(Outcome.UNKNOWN, detail, report)
    detail = f"infusing at {rate_nl_h} nl/h, limit {left_nl} nl, leased to {target_nl} nl"
    return Ending(Outcome.CONFIRMED, detail, report)


def _start(
    pump: Pump, rate_nl_h: int, left_nl: int, target_nl: int, counter: Fraction, *, from_prompt: str
) -> Generator[Ask, Reply, None]:
    """From a pump that stands, its counter here, to one that infuses up to the target; all read back in between."""
    rate, target = codec.say_rate(rate_nl_h), codec.say_volume(target_nl)
    if rate is None or target is None:
        raise Refused(f"{rate_nl_h} nl/h to {target_nl} nl cannot be said exactly")
    pump.counter.read(counter)
    if counter > 0:
        pump.counter.clearing(counter)
        yield from order(CLEAR)
    yield from order(_set(b"tvolume", target))
    yield from order(_set(b"irate", rate))
    found = known(codec.parse_target((yield READ_TARGET).text), READ_TARGET)
    if found != target_nl:
        raise Refused(f"target reads back {_shown(found)} nl, not {target_nl} nl")
    found = known(codec.read_rate((yield READ_RATE).text), READ_RATE)
    if found != rate_nl_h:
        raise Refused(f"rate reads back {_shown(found)} nl/h, not {rate_nl_h} nl/h")
    shown, counter = yield from read_counter()
    pump.counter.read(counter)
    if counter != 0:
        raise Refused(f"the counter reads {_shown(counter)} nl after it was cleared")
    if shown.prompt != from_prompt:
        raise Refused(f"the pump says {shown.prompt} before it was started")
    pump.lease.end()
    reply = yield from order(START)
    if reply.motion is not Motion.INFUSING:
        raise Refused(f"irun was answered {reply.prompt}")
    pump.lease.begin(rate_nl_h, left_nl, target_nl)


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def adjust(pump: Pump, rate_nl_h: int) -> Turn:
    """Change the rate of a run of ours, then bring the target to the new rate's lease."""
    reply = yield READ_RATE
    before = codec.read_rate(reply.text)
    if reply.motion is not Motion.INFUSING:
        raise Refused(f"the pump says {reply.motion.value}, and only a running pump's rate can be changed")
    if pump.lease.piece is None:
        raise Refused("the pump runs, but not in a run of ours")
    rate = codec.say_rate(rate_nl_h)
    if rate is None or not pump.lease.is_fine_enough(rate_nl_h, pump.lease.piece.left_nl):
        raise Refused(f"{rate_nl_h} nl/h cannot be said exactly, or not be leased")
    yield from order(_set(b"irate", rate, Risk.ADDS_DRUG))
    found = known(codec.read_rate((yield READ_RATE).text), READ_RATE)
    if found == rate_nl_h:
        pump.lease.rate_nl_h = rate_nl_h
    shown, counter = yield from read_counter()
    if found == rate_nl_h and shown.motion is Motion.INFUSING and not pump.lease.is_wrong(counter):
        yield from _extend(pump, counter)
    pump.signs.reported()
    report = report_of(pump, found, shown, counter)
    if found != rate_nl_h:
        outcome = Outcome.REFUSED if found == before else Outcome.UNKNOWN
        return Ending(outcome, f"rate reads back {report.rate_nl_h} nl/h, not {rate_nl_h} nl/h", report)
    if shown.motion is not Motion.INFUSING:
        return Ending(Outcome.UNKNOWN, f"the pump says {shown.prompt} after its rate was changed", report)
    return Ending(Outcome.CONFIRMED, f"rate reads back {rate_nl_h} nl/h", report)


def poll(pump: Pump, proof: Proof, *, with_diameter: bool, with_target: bool) -> Turn:
    """Read back, and move the target on while a run of ours is under way."""
    yield from set_up_again(pump)
    report, counter = yield from read_round(pump, with_diameter=with_diameter, with_target=with_target)
    ending = Ending(Outcome.CONFIRMED, "read back", report)
    lease = pump.lease
    if lease.piece is None:
        return ending
    if report.motion is not Motion.INFUSING:
        if not lease.is_last:
            lease.end()
        return ending
    proof.ending = ending
    if report.rate_nl_h != lease.rate_nl_h or pump.signs.is_unpolled:
        return ending  # somebody has changed it: what is commanded next is the caller's to say
    if lease.is_wrong(counter):
        shown, counter = yield from read_counter()
        report = report_of(pump, Fraction(report.rate_nl_h), shown, counter)
        if lease.is_wrong(counter):
            return (yield from _stop_for_good(pump, report))
        if shown.motion is not Motion.INFUSING:
            return Ending(Outcome.CONFIRMED, "read back", report)
    lease.passed(counter)
    yield from _extend(pump, counter)
    report = yield from _watch(pump, proof, report, counter)
    return Ending(Outcome.CONFIRMED, "read back", report)


def _stop_for_good(pump: Pump, report: PumpReport) -> Turn:
    """Its counter and our target have nothing to do with each other any more, so nothing bounds it but a stop."""
    pump.lease.condemn()
    yield SETTLE
    shown, counter = yield from read_counter()
    report = report_of(pump, Fraction(report.rate_nl_h), shown, counter)
    pump.signs.reported()
    if shown.motion is Motion.HALTED:
        pump.lease.end()
    return Ending(Outcome.CONFIRMED, "stopped: its counter is not where its target allows", report)


def _extend(pump: Pump, counter: Fraction) -> Generator[Ask, Reply, None]:
    """Write the target that `lease.py` calls for, and believe it only when it reads back."""
    target_nl = pump.lease.next_target(counter)
    target = codec.say_volume(target_nl) if target_nl is not None else None
    if target_nl is None or target is None:
        return
    reply = yield _set(b"tvolume", target)
    if reply.error is not None:
        pump.lease.refused()
        return
    reply = yield READ_TARGET
    if codec.parse_target(reply.text) != target_nl:
        return
    if pump.lease.form is LeaseForm.PROVE:
        pump.lease.probed(target_nl)
    else:
        pump.lease.written(target_nl, counter)


def _watch(
    pump: Pump, proof: Proof, report: PumpReport, counter: Fraction
) -> Generator[Ask, Reply, PumpReport]:
    """Stay with the pump over a target that is near; the newest report."""
    lease = pump.lease
    try:
        for _ in range(WATCH_MAX):
            lease.is_watching = lease.is_paced = lease.is_near(counter)
            if not lease.is_watching:
                break
            shown, counter = yield from read_counter()
            report = report_of(pump, Fraction(report.rate_nl_h), shown, counter)
            proof.ending = Ending(Outcome.CONFIRMED, "read back", report)
            if shown.motion is not Motion.INFUSING:
                lease.is_paced = False  # the seam is a gap in the flow
                if shown.is_at_target and lease.stopped(counter):
                    return (yield from _go_on(pump, counter))
                lease.end()
                break
            form = lease.form
            lease.passed(counter)
            if lease.form is not form:
                yield from _extend(pump, counter)
        return report
    finally:
        lease.is_watching = lease.is_paced = False


def _go_on(pump: Pump, counter: Fraction) -> Generator[Ask, Reply, PumpReport]:
    """The next piece of the same run, at the same rate, from the target of the last one."""
    rate_nl_h, left_nl = pump.lease.rate_nl_h, pump.lease.remaining_nl(counter)
    target_nl = pump.lease.first_target(rate_nl_h, left_nl)
    yield from _start(pump, rate_nl_h, left_nl, target_nl, counter, from_prompt="T*")
    shown = yield READ_COUNTER
    counter = known(codec.parse_volume(shown.text), READ_COUNTER)
    return report_of(pump, Fraction(rate_nl_h), shown, counter)
