"""The sequences of exchanges behind each command. Ask, look at the answer, ask again.

Theory of operation. `view parameter` is the only readback of what was set, and `pump status` the only word on motion;
each turn ends with both. No answer carries a check, so a volume that leaps is asked for again. The answer to `set rate`
repeats the number it was given, which is an acknowledgement and no evidence. Nothing starts before unit, rate, volume and
the absence of a delay have been read back.
"""

import re
from collections.abc import Generator
from contextlib import suppress

from drivers.chemyx import codec
from drivers.chemyx.codec import Reply, Settings
from drivers.chemyx.counter import Counter
from drivers.contract import Identity, Motion, Outcome, PumpReport, Run
from drivers.line.turns import Ask, Ending, Proof, Refused, Risk, Unanswered

HALT_ROUNDS = 3
#: Whatever was set, the answer may say it in words we do not know; what counts is read afterwards.
_SAID = re.compile(rb"(?s).*")

Turn = Generator[Ask, Reply, Ending]

READ_STATUS = Ask(b"pump status", codec.STATUS, proves_identity=True)
READ_SETTINGS = Ask(b"view parameter", codec.SETTINGS)
READ_DISPENSED = Ask(b"dispensed volume", codec.DISPENSED)
STOP = Ask(b"stop", _SAID, Risk.DELIVERY, is_halt=True, is_write=True)
START = Ask(b"start", _SAID, Risk.ADDS_DRUG, is_write=True)
#: The pump proves no more than that it is one of the family.
IDENTITY = Identity("Chemyx Fusion", "", 0)


def _write(text: bytes, risk: Risk = Risk.NONE) -> Ask:
    return Ask(text, _SAID, risk, is_write=True)


def _order(ask: Ask) -> Generator[Ask, Reply, None]:
    reply = yield ask
    if reply.error is not None:
        raise Refused(f"{ask.text.decode('ascii')} was answered {reply.error}")


def _settings() -> Generator[Ask, Reply, Settings]:
    reply = yield READ_SETTINGS
    settings = codec.parse_settings(reply.text)
    if settings is None:
        raise Refused("view parameter: the answer names no single unit, diameter, rate and volume")
    return settings


def _motion() -> Generator[Ask, Reply, Motion]:
    reply = yield READ_STATUS
    if reply.error is not None:
        raise Refused(f"pump status was answered {reply.error}")
    return codec.MOTIONS[int(reply.text)]


def _dispensed(unit: int, counter: Counter) -> Generator[Ask, Reply, int]:
    """What stands on the counter, nl; one that leaps is asked again, and believed if it is there twice (row 25)."""
    dispensed_nl = yield from _shown(unit)
    if counter.leaps_to(dispensed_nl):
        dispensed_nl = yield from _shown(unit)
    return counter.shown(dispensed_nl)


def _shown(unit: int) -> Generator[Ask, Reply, int]:
    reply = yield READ_DISPENSED
    dispensed_nl = codec.parse_dispensed(reply.text, unit)
    if dispensed_nl is None:
        raise Refused("dispensed volume: the number in the answer cannot be read")
    return max(dispensed_nl, 0)


def _report(counter: Counter, *, is_just_started: bool = False) -> Generator[Ask, Reply, PumpReport]:
    """Settings and counter, and the status last: it is the newest, and the one that is reported."""
    settings = yield from _settings()
    dispensed_nl = yield from _dispensed(settings.unit, counter)
    motion = yield from _motion()
    if motion is Motion.INFUSING and settings.volume_nl < 0:
        motion = Motion.WITHDRAWING
    infused_nl, cleared_nl = counter.read(dispensed_nl, is_just_started=is_just_started)
    return PumpReport(
        motion,
        infused_nl,
        settings.rate_nl_h,
        settings.diameter_um,
        abs(settings.volume_nl),
        watchdog_ms=0,
        cleared_nl=cleared_nl,
    )


def open_line(counter: Counter) -> Turn:
    """Hear that a pump of the family is there, and read everything. Writes nothing."""
    yield from _motion()
    report = yield from _report(counter)
    return Ending(Outcome.CONFIRMED, "opened", report, IDENTITY)


def read(counter: Counter) -> Turn:
    """Read back and change nothing."""
    report = yield from _report(counter)
    return Ending(Outcome.CONFIRMED, "read back", report)


def halt(proof: Proof, counter: Counter) -> Turn:
    """Stop until the status says it stands."""
    motion = None
    for _ in range(HALT_ROUNDS):
        with suppress(Unanswered):
            yield STOP
        motion = yield from _motion()
        if motion is Motion.HALTED:
            proof.ending = Ending(Outcome.CONFIRMED, "stop, and the status says it stands")
            report = yield from _report(counter)
            return Ending(Outcome.CONFIRMED, proof.ending.detail, report)
    said = motion.value if motion is not None else "nothing"
    return Ending(Outcome.REFUSED, f"stop was sent {HALT_ROUNDS} times and the status still says {said}")


def _come_to_stop() -> Generator[Ask, Reply, None]:
    """From paused to stopped, so that the next start begins anew; one that moves is not touched."""
    reply = yield READ_STATUS
    motion = codec.MOTIONS[int(reply.text)] if reply.error is None else None
    if motion is not Motion.HALTED:
        raise Refused(
            f"the pump says {motion.value if motion else reply.error}, and only a halted pump is set up"
        )
    if reply.text != b"0":
        yield from _order(_write(b"stop"))


def configure(diameter_um: int, counter: Counter) -> Turn:
    """Unit, diameter, no delay. Writes only what differs."""
    lowest_um, highest_um = codec.DIAMETER_RANGE_UM
    if not lowest_um <= diameter_um <= highest_um:
        raise Refused(f"diameter {diameter_um} um is outside {lowest_um}-{highest_um} um")
    yield from _come_to_stop()
    yield from _set_up((yield from _settings()), diameter_um)
    report = yield from _report(counter)
    settings = yield from _settings()
    if (settings.unit, settings.diameter_um) != (codec.ML_PER_HOUR, diameter_um) or settings.has_delay:
        raise Refused(
            f"reads back unit {settings.unit}, diameter {settings.diameter_um} um, not as it was set"
        )
    return Ending(Outcome.CONFIRMED, f"diameter {diameter_um} um, mL/hr read back", report)


def _set_up(settings: Settings, diameter_um: int) -> Generator[Ask, Reply, None]:
    if settings.unit != codec.ML_PER_HOUR:
        yield from _order(_write(b"set units %d" % codec.ML_PER_HOUR))
    if settings.diameter_um != diameter_um:
        yield from _order(_write(b"set diameter " + codec.render_diameter(diameter_um)))
    if settings.has_delay:
        yield from _order(_write(b"set delay 0"))


def run(command: Run, counter: Counter) -> Turn:
    """Start a pump that stands; it ends by itself at the volume."""
    if command.rate_nl_h <= 0 or command.volume_limit_nl <= 0:
        raise Refused("a run needs a rate and a volume")
    yield from _come_to_stop()
    settings = yield from _settings()
    yield from _set_up(settings, settings.diameter_um)
    rate_unit, volume_unit = codec.UNITS[codec.ML_PER_HOUR]
    volume = codec.render(command.volume_limit_nl, volume_unit)
    yield from _order(_write(b"set volume " + volume, Risk.DELIVERY))
    yield from _order(_write(b"set rate " + codec.render(command.rate_nl_h, rate_unit), Risk.DELIVERY))
    stood_nl = yield from _dispensed(codec.ML_PER_HOUR, counter)
    settings = yield from _settings()
    found = settings.unit, settings.rate_nl_h, settings.volume_nl, settings.has_delay
    if found != (codec.ML_PER_HOUR, command.rate_nl_h, command.volume_limit_nl, False):
        raise Refused(f"reads back {settings}, not as it was set")
    counter.starting(stood_nl)
    yield from _order(START)
    report = yield from _report(counter, is_just_started=True)
    if (report.motion, report.rate_nl_h) != (Motion.INFUSING, command.rate_nl_h):
        return Ending(Outcome.UNKNOWN, f"after the start it says {report.motion.value}", report)
    return Ending(Outcome.CONFIRMED, f"infusing at {report.rate_nl_h} nl/h", report)


def adjust(rate_nl_h: int, counter: Counter) -> Turn:
    """Change the rate of a pump that runs. Whether it takes one then is not told anywhere; the readback decides."""
    motion = yield from _motion()
    if motion is not Motion.INFUSING:
        raise Refused(f"the pump says {motion.value}, and only a running pump's rate can be changed")
    before = yield from _settings()
    if before.unit != codec.ML_PER_HOUR:
        raise Refused(f"the pump counts in unit {before.unit}, not in mL/hr")
    number = codec.render(rate_nl_h, codec.UNITS[codec.ML_PER_HOUR][0])
    yield from _order(_write(b"set rate " + number, Risk.ADDS_DRUG))
    report = yield from _report(counter)
    if report.rate_nl_h != rate_nl_h:
        outcome = Outcome.REFUSED if report.rate_nl_h == before.rate_nl_h else Outcome.UNKNOWN
        return Ending(outcome, f"rate reads back {report.rate_nl_h} nl/h, not {rate_nl_h} nl/h", report)
    if report.motion is not Motion.INFUSING:
        return Ending(Outcome.UNKNOWN, f"it says {report.motion.value} after the change", report)
    return Ending(Outcome.CONFIRMED, f"rate reads back {rate_nl_h} nl/h", report)
