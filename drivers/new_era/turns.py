"""The sequences of exchanges behind each command, written as they are read: ask, look at the answer, ask
again.

Theory of operation. What a turn is stands in `drivers/line/turns.py`. Nothing is believed because it was
written: each turn that changes something reads it back, and nothing starts before rate, volume limit,
direction and watchdog have been read back and agree.

What a setting is now is asked before it is written, since the pump keeps its settings in memory that wears
(facts/protocols.md 1, "Retention"). Rate and volume limit are the exception: they are written for every
start, so that a start never rests on a number nobody has just said.

In basic mode there is no watchdog (a `watch_s` of 0): what ends a run alone is its volume and the stop in phase 2.
Requests have no check there, and one garbled digit of `PHN2` would put that stop elsewhere; so which phase is in
view, and what is in it, is read back too. Answers have no check either; that is `basic.py`'s.
"""

from collections.abc import Generator

from drivers.contract import Identity, Motion, Outcome, PumpReport, Run
from drivers.line.turns import Ask, Ending, Proof, Refused, Risk, Unanswered, WrongPump
from drivers.new_era import codec
from drivers.new_era.codec import Reply

HALT_ROUNDS = 3

HAS_SAFE_MODE = (
    'VER was answered in safe mode, and protocol = "basic" is configured: leave protocol out, so that the pump stops by '
    "itself when the host falls silent (or send SAF0 to it with another program)"
)
NO_SAFE_MODE = (
    "SAF{watch_s} was answered ?: this pump has no safe mode, so nothing stops it when the host falls "
    'silent. Use another pump, or write protocol = "basic" and, in accepted_risk, why this site accepts that '
    "(pumpd exercise: --accept-basic-mode)"
)

Turn = Generator[Ask, Reply, Ending]
Steps = Generator[Ask, Reply, Reply]

READ_DISPENSED = Ask(b"DIS", codec.DISPENSED)
READ_RATE = Ask(b"RAT", codec.RATE)
READ_VOLUME = Ask(b"VOL", codec.VOLUME)
READ_DIAMETER = Ask(b"DIA", codec.DIAMETER)
READ_DIRECTION = Ask(b"DIR", codec.DIRECTION)
READ_PHASE = Ask(b"PHN", codec.PHASE)
READ_FUNCTION = Ask(b"FUN", codec.PHASE_FUNCTION)
#: The reply to SAF is framed in the mode just chosen, so an answer without a CRC may be one.
READ_LEASE = Ask(b"SAF", codec.SECONDS, takes_unchecked=True)
#: In basic mode: the answer came as a packet, so the pump does not hear lines.
IN_SAFE_MODE = b"?SAFE"
READ_VERSION = Ask(b"VER", codec.VERSION, proves_identity=True)
STOP = Ask(b"STP", codec.DONE, Risk.DELIVERY, is_halt=True, is_write=True)
START = Ask(b"RUN", codec.DONE, Risk.ADDS_DRUG, is_write=True)


def set_lease(lease_s: int) -> Ask:
    """Arm the pump's communication watchdog."""
    return Ask(b"SAF%d" % lease_s, codec.DONE, is_write=True, takes_unchecked=True)


def is_set_lease(ask: Ask) -> bool:
    """It arms the watchdog, or tries to."""
    return ask.is_write and ask.text.startswith(b"SAF")


def _write(text: bytes, risk: Risk = Risk.NONE) -> Ask:
    return Ask(text, codec.DONE, risk, is_write=True)


def _order(ask: Ask) -> Steps:
    """Send a setting; a refusal by the pump ends the turn."""
    reply = yield ask
    if reply.error is not None:
        raise Refused(f"{ask.text.decode('ascii')} was answered {reply.error}")
    return reply


def _known(value: int | None, ask: Ask) -> int:
    if value is None:
        raise Refused(f"{ask.text.decode('ascii')}: the number in the answer cannot be read")
    return value


def read_back(*, with_diameter: bool, with_target: bool, watch_s: int) -> Generator[Ask, Reply, PumpReport]:
    """Counter, rate and status; on request also the diameter, and volume target with watchdog.

    `watch_s`: the watchdog it should have; without one it is not asked for it, and it is told as off.
    """
    reply = yield READ_DISPENSED
    dispensed = codec.parse_dispensed(reply.text)
    if dispensed is None:
        raise Refused("DIS: the counters in the answer cannot be read")
    diameter_um = target_nl = watchdog_ms = None
    if with_diameter:
        reply = yield READ_DIAMETER
        diameter_um = _known(codec.parse_diameter(reply.text), READ_DIAMETER)
    if with_target:
        reply = yield READ_VOLUME
        target_nl = _known(codec.parse_volume(reply.text), READ_VOLUME)
        watchdog_ms = 0
        if watch_s:
            reply = yield READ_LEASE
            watchdog_ms = int(reply.text) * 1000
    # The rate comes last: its status letter is the newest, and the one that is reported.
    reply = yield READ_RATE
    rate_nl_h = _known(codec.parse_rate(reply.text), READ_RATE)
    return PumpReport(reply.motion, dispensed[0], rate_nl_h, diameter_um, target_nl, watchdog_ms)


def open_line(address: int, model: str, firmware: str, watch_s: int) -> Turn:
    """Arm the watchdog if there is one, learn who answers, and read everything back. Raises WrongPump."""
    if watch_s:
        yield from _arm(watch_s)
    identity = identify((yield READ_VERSION), address)
    check_identity(identity, model, firmware)
    report = yield from read_back(with_diameter=True, with_target=True, watch_s=watch_s)
    return Ending(Outcome.CONFIRMED, "opened", report, identity)


def _arm(watch_s: int) -> Generator[Ask, Reply, None]:
    reply = yield set_lease(watch_s)
    if reply.error == "?":
        raise Refused(NO_SAFE_MODE.format(watch_s=watch_s))
    if reply.error is not None:
        raise Refused(f"SAF{watch_s} was answered {reply.error}")


def identify(reply: Reply, address: int) -> Identity:
    """Who sent this answer to VER. The family has no serial number."""
    if reply.text == IN_SAFE_MODE:
        raise Refused(HAS_SAFE_MODE)
    version = codec.parse_version(reply.text)
    if version is None:
        raise Refused("VER: the answer names no model")
    return Identity(version[0], version[1], address)


def check_identity(found: Identity, model: str, firmware: str) -> None:
    """Raises WrongPump unless model and firmware begin as bound."""
    if not (found.model.startswith(model) and found.firmware.startswith(firmware)):
        wanted = f"{model} firmware {firmware or 'any'}"
        raise WrongPump(f"{found.model} firmware {found.firmware} answers where {wanted} is bound")


def poll(*, with_diameter: bool, with_target: bool, watch_s: int) -> Turn:
    """Read back and change nothing."""
    report = yield from read_back(with_diameter=with_diameter, with_target=with_target, watch_s=watch_s)
    return Ending(Outcome.CONFIRMED, "read back", report)


def halt(proof: Proof) -> Turn:
    """Stop until a readback says it stands. Any answer to STP will do; only the status letter counts."""
    shown = None
    for _ in range(HALT_ROUNDS):
        words = yield from _say_stop()
        shown = yield READ_DISPENSED
        if shown.motion is Motion.HALTED:
            proof.ending = Ending(Outcome.CONFIRMED, f"STP was answered {words}, DIS says {shown.letter}")
            dispensed = codec.parse_dispensed(shown.text)
            rate = yield READ_RATE
            rate_nl_h = codec.parse_rate(rate.text)
            if dispensed is None or rate_nl_h is None:
                return proof.ending
            report = PumpReport(rate.motion, dispensed[0], rate_nl_h)
            return Ending(Outcome.CONFIRMED, proof.ending.detail, report)
    letter = shown.letter if shown is not None else "nothing"
    return Ending(Outcome.REFUSED, f"STP was sent {HALT_ROUNDS} times and DIS still says {letter}")


def _say_stop() -> Generator[Ask, Reply, str]:
    """STP may have arrived although its answer did not: the status tells, and the same turn asks for it."""
    try:
        said = yield STOP
    except Unanswered:
        return "not at all"
    return said.error or said.letter


def _come_to_stop(reply: Reply) -> Generator[Ask, Reply, None]:
    """From paused to stopped, so that the next RUN begins a program instead of going on with one."""
    if reply.motion is not Motion.HALTED:
        raise Refused(f"the pump says {reply.motion.value}, and only a halted pump can be set up")
    if reply.letter == "P":
        yield STOP
        reply = yield READ_RATE
        if reply.letter != "S":
            raise Refused(f"after the second STP the pump says {reply.letter}, not S")


def configure(diameter_um: int, watch_s: int) -> Turn:
    """Diameter, direction, program, units, no restart after a power cut. Writes only what differs."""
    wanted = codec.render(diameter_um, codec.MILLIMETRE)
    if wanted is None:
        raise Refused(f"diameter {diameter_um} um cannot be said in four digits of mm")
    reply = yield READ_DIAMETER
    yield from _come_to_stop(reply)
    if codec.parse_diameter(reply.text) != diameter_um:
        yield from _order(_write(b"DIA" + wanted))
    reply = yield READ_DIRECTION
    if reply.text != b"INF":
        yield from _order(_write(b"DIRINF"))
    yield from _set_program(is_proven=not watch_s)
    unit = codec.volume_unit(diameter_um)
    reply = yield READ_VOLUME
    if not reply.text.endswith(unit):
        yield from _order(_write(b"VOL" + unit))
    reply = yield Ask(b"PF", codec.POWER_FAIL)
    if reply.error is None and reply.text != b"0":
        yield from _order(_write(b"PF0"))
    reply = yield READ_DIRECTION
    if reply.text != b"INF":
        raise Refused(f"direction reads back {reply.text.decode('ascii')}, not INF")
    report = yield from read_back(with_diameter=True, with_target=True, watch_s=watch_s)
    if report.diameter_um != diameter_um:
        raise Refused(f"diameter reads back {report.diameter_um} um, not {diameter_um} um")
    if report.motion is not Motion.HALTED:
        raise Refused(f"the pump says {report.motion.value} after it was set up")
    return Ending(Outcome.CONFIRMED, f"diameter {diameter_um} um, direction INF read back", report)


def _set_program(*, is_proven: bool) -> Generator[Ask, Reply, None]:
    """Phase 1 pumps at a rate, phase 2 stops: at the end of phase 1 the pump goes on with phase 2."""
    for phase, function in ((1, b"RAT"), (2, b"STP")):
        yield from _order(_write(b"PHN%d" % phase))
        reply = yield READ_FUNCTION
        if reply.text != function:
            yield from _order(_write(b"FUN" + function))
        if is_proven:
            reply = yield READ_FUNCTION
            if reply.text != function:
                words = reply.text.decode("ascii")
                raise Refused(f"phase {phase} reads back {words}, and only {function.decode()} bounds a run")
            yield from _check_phase(phase)
    yield from _order(_write(b"PHN1"))


def _check_phase(phase: int) -> Generator[Ask, Reply, None]:
    """The phase in view, unless the pump knows no such question."""
    reply = yield READ_PHASE
    if reply.error is None and int(reply.text) != phase:
        raise Refused(f"phase {int(reply.text)} is in view, not {phase}")


def run(command: Run, watch_s: int) -> Turn:
    """Start a pump that stands."""
    standing = yield READ_RATE
    return (yield from _start(command, watch_s, standing))


def adjust(rate_nl_h: int) -> Turn:
    """Change the rate of a pump that runs, and nothing else. One that stands was stopped by somebody: it stays so."""
    running = yield READ_RATE
    if running.motion is not Motion.INFUSING:
        raise Refused(f"the pump says {running.motion.value}, and only a running pump's rate can be changed")
    match = codec.RATE.fullmatch(running.text)
    unit = match[2] if match else b""
    number = codec.render(rate_nl_h, codec.RATE_UNITS.get(unit, 1))
    if number is None:
        raise Refused(
            f"the pump runs in {unit.decode('ascii')}, and {rate_nl_h} nl/h cannot be said exactly in that"
        )
    yield from _order(_write(b"RAT" + number, Risk.ADDS_DRUG))
    report = yield from read_back(with_diameter=False, with_target=False, watch_s=0)
    if report.rate_nl_h != rate_nl_h:
        outcome = Outcome.REFUSED if report.rate_nl_h == codec.parse_rate(running.text) else Outcome.UNKNOWN
        return Ending(outcome, f"rate reads back {report.rate_nl_h} nl/h, not {rate_nl_h} nl/h", report)
    if report.motion is not Motion.INFUSING:
        return Ending(
            Outcome.UNKNOWN, f"the pump says {report.motion.value} after its rate was changed", report
        )
    return Ending(Outcome.CONFIRMED, f"rate reads back {rate_nl_h} nl/h", report)


def _start(command: Run, watch_s: int, standing: Reply) -> Turn:
    rate = codec.rate_text(command.rate_nl_h)
    if rate is None or command.rate_nl_h <= 0:
        raise Refused(f"{command.rate_nl_h} nl/h cannot be said exactly in four digits")
    yield from _come_to_stop(standing)
    yield from _order(_write(b"PHN1"))  # a dropped Configure may have left the other phase in view
    reply = yield READ_VOLUME
    unit = codec.VOLUME_UNITS[reply.text[-2:]]
    limit_nl = codec.floor(command.volume_limit_nl, unit)
    number = codec.render(limit_nl, unit)
    if number is None or limit_nl <= 0:  # a target of 0 would mean: no end
        raise Refused(f"a volume limit of {command.volume_limit_nl} nl cannot be set in {reply.text[-2:]!r}")
    yield from _order(_write(b"VOL" + number, Risk.DELIVERY))
    yield from _order(_write(b"RAT" + rate, Risk.DELIVERY))
    yield from _check_before_start(command.rate_nl_h, limit_nl, watch_s)
    reply = yield from _order(START)
    report = yield from read_back(with_diameter=False, with_target=True, watch_s=watch_s)
    if report.motion is not Motion.INFUSING:
        detail = f"RUN was answered {reply.letter}, and the pump says {report.motion.value}"
        return Ending(Outcome.UNKNOWN, detail, report)
    if (report.rate_nl_h, report.volume_limit_nl) != (command.rate_nl_h, limit_nl):
        detail = f"runs with {report.rate_nl_h} nl/h to {report.volume_limit_nl} nl, not as it was told"
        return Ending(Outcome.UNKNOWN, detail, report)
    return Ending(Outcome.CONFIRMED, f"infusing at {report.rate_nl_h} nl/h, limit {limit_nl} nl", report)


def _check_before_start(rate_nl_h: int, limit_nl: int, watch_s: int) -> Generator[Ask, Reply, None]:
    """Everything a start rests on, read back; the first thing that differs is the reason not to start."""
    reply = yield READ_DIRECTION
    if reply.text != b"INF":
        raise Refused(f"direction reads back {reply.text.decode('ascii')}, not INF")
    if watch_s:
        reply = yield READ_LEASE
        if int(reply.text) != watch_s:
            raise Refused(f"watchdog reads back {int(reply.text)} s, not {watch_s} s")
    else:
        yield from _check_phase(1)
    reply = yield READ_VOLUME
    found_nl = _known(codec.parse_volume(reply.text), READ_VOLUME)
    if found_nl != limit_nl:
        raise Refused(f"volume limit reads back {found_nl} nl, not {limit_nl} nl")
    reply = yield READ_RATE
    found_nl_h = _known(codec.parse_rate(reply.text), READ_RATE)
    if found_nl_h != rate_nl_h:
        raise Refused(f"rate reads back {found_nl_h} nl/h, not {rate_nl_h} nl/h")
    if reply.letter != "S":
        raise Refused(f"the pump says {reply.letter} before it was started")
