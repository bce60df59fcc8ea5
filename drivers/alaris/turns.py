"""The sequences of exchanges behind each command, written as they are read: ask, look at the answer, ask again.

Theory of operation. What a turn is stands in `drivers/line/turns.py`. Nothing is believed because it was written.
Between a rate that is written and its readback stands another question: the answer to the write may read exactly
like the answer to the read (`INF_RATE^26.2^ml/h`), and on a line with an echo it would come one question late.

Remote control has to be asked for and kept (facts/protocols.md 5: configuration and control, each about every
second). `Run`, `Adjust` and `Configure` ask for both before anything else; each poll renews one of them, in turn; a
halt says its stop first and asks for them only if that was not enough. Nobody else does: a caller that ceases
to poll loses control of the pump at once and, 15 s later, the pump stops itself.

The code that opens remote control is made from the serial number, so a pump that no longer takes it may be
another one: it is asked who it is there and then.
"""

from collections.abc import Generator
from dataclasses import dataclass, field

from drivers.alaris import codec
from drivers.alaris.binding import Binding
from drivers.alaris.capabilities import WATCHDOG_MS
from drivers.alaris.codec import Counter, Reply
from drivers.alaris.limit import HostLimit, reach_nl
from drivers.contract import Identity, Motion, Outcome, PumpReport, Run
from drivers.line.turns import Ask, Ending, Proof, Refused, Risk, Unanswered, WrongPump

HALT_ROUNDS = 3
#: All that an answer proves of the model: which protocol it speaks.
MODEL = "Alaris"

Turn = Generator[Ask, Reply, Ending]
Steps = Generator[Ask, Reply, Reply]

READ_SERIAL = Ask(b"INST_SERIALNO", codec.SERIAL, proves_identity=True)
READ_STATE = Ask(b"INF", codec.STATE)
READ_VOLUME = Ask(b"INF_VI", codec.VOLUME)
READ_RATE = Ask(b"INF_RATE", codec.RATE)
STOP = Ask(b"INF_STOP", codec.heard(b"INF_STOP"), Risk.DELIVERY, is_halt=True, is_write=True)
START = Ask(b"INF_START", codec.heard(b"INF_START"), Risk.ADDS_DRUG, is_write=True)


@dataclass(slots=True)
class Hold:
    """What is known of one bound pump from turn to turn: the code of its remote control, the run under way."""

    bound: Binding
    code: bytes = b""
    renewals: int = 0
    limit: HostLimit = field(default_factory=HostLimit)


def enable(name: bytes, code: bytes, risk: Risk = Risk.NONE) -> Ask:
    """Ask for, or keep, remote configuration (`REMOTE_CFG`) or control (`REMOTE_CTRL`)."""
    return Ask(b"%b^ENABLED^%b" % (name, code), codec.heard(name), risk, is_write=True)


def set_rate(rate_nl_h: int, risk: Risk) -> Ask:
    """Raises Refused for a rate that one decimal does not hold."""
    text = codec.rate_text(rate_nl_h)
    if text is None:
        raise Refused(f"{rate_nl_h} nl/h cannot be said exactly in tenths of a ml/h, or is none")
    return Ask(text, codec.heard(b"INF_RATE"), risk, is_write=True)


def _order(ask: Ask) -> Steps:
    """Send a setting or a question; a refusal by the pump ends the turn."""
    reply = yield ask
    if reply.error is not None:
        raise Refused(f"{ask.text.decode('ascii')} was answered {reply.error}")
    return reply


def _read_motion() -> Generator[Ask, Reply, Motion]:
    reply = yield from _order(READ_STATE)
    motion = reply.motion
    if motion is None:
        raise Refused(f"the pump's state cannot be read from {_shown(reply)}")
    return motion


def _read_counter() -> Generator[Ask, Reply, Counter]:
    reply = yield from _order(READ_VOLUME)
    counter = codec.parse_volume(reply.text)
    if counter is None:
        raise Refused(f"no volume in ml can be read from {_shown(reply)}")
    return counter


def _read_rate() -> Generator[Ask, Reply, int]:
    reply = yield from _order(READ_RATE)
    rate_nl_h = codec.parse_rate(reply.text)
    if rate_nl_h is None:
        raise Refused(f"no rate in ml/h can be read from {_shown(reply)}")
    return rate_nl_h


@dataclass(frozen=True, slots=True)
class _Seen:
    counter: Counter
    report: PumpReport


def _look(hold: Hold) -> Generator[Ask, Reply, _Seen]:
    """Counter, rate and, newest, the state."""
    counter = yield from _read_counter()
    rate_nl_h = yield from _read_rate()
    motion = yield from _read_motion()
    if motion is Motion.HALTED:
        hold.limit.lift()
    # The watchdog is the maker's and cannot be read. It watches over what was started over serial, nothing else.
    is_watched = motion is Motion.HALTED or hold.limit.is_in_force
    watchdog_ms = WATCHDOG_MS if is_watched else 0
    return _Seen(counter, PumpReport(motion, counter.value_nl, rate_nl_h, watchdog_ms=watchdog_ms))


def _take_remote(hold: Hold) -> Generator[Ask, Reply, None]:
    """Remote configuration and control, both; Raises Refused, or WrongPump if the code is another pump's."""
    for name in (b"REMOTE_CFG", b"REMOTE_CTRL"):
        yield from _renew(hold, enable(name, hold.code))


def _renew(hold: Hold, ask: Ask) -> Generator[Ask, Reply, None]:
    reply = yield ask
    if reply.error is not None:
        check_identity((yield READ_SERIAL), hold.bound)
        raise Refused(
            f"{ask.text.decode('ascii')} was answered {reply.error}: remote control is not to be had. Is it enabled "
            "at the pump? Software newer than 2.3.6 has it disabled"
        )


def check_identity(reply: Reply, bound: Binding) -> Identity:
    """Who sent this answer to INST_SERIALNO. Raises WrongPump unless the serial number is the bound one."""
    serial = reply.fields[0] if reply.fields else ""
    if reply.error is not None or serial != bound.serial:
        raise WrongPump(f"{_shown(reply)} answers where serial number {bound.serial} is bound")
    return Identity(MODEL, "", 0, serial)


def open_line(hold: Hold) -> Turn:
    """Learn who answers, see that it can be controlled, read everything back. Raises WrongPump.

    A pump that does not give us control cannot be halted from here either; such a line does not come up.
    """
    hold.code = b""
    reply = yield READ_SERIAL
    identity = check_identity(reply, hold.bound)
    hold.code = codec.security_code(reply.text)
    yield from _take_remote(hold)
    seen = yield from _look(hold)
    return Ending(Outcome.CONFIRMED, "opened", seen.report, identity)


def read_back(hold: Hold) -> Turn:
    """Read everything and write nothing."""
    seen = yield from _look(hold)
    return Ending(Outcome.CONFIRMED, "read back", seen.report)


def poll(hold: Hold, proof: Proof) -> Turn:
    """Read back; halt if the run has come to its limit; renew half of remote control."""
    seen = yield from _look(hold)
    proof.ending = Ending(Outcome.CONFIRMED, "read back", seen.report)
    if seen.report.motion is not Motion.HALTED:
        reason = hold.limit.reason_to_halt(seen.counter, seen.report.rate_nl_h)
        if reason is not None:
            return (yield from halt(hold, proof))
    hold.renewals += 1
    name = b"REMOTE_CTRL" if hold.renewals % 2 else b"REMOTE_CFG"
    yield from _renew(hold, enable(name, hold.code, Risk.DELIVERY))
    return proof.ending


def halt(hold: Hold, proof: Proof) -> Turn:
    """Stop until the state says it stands. Any answer to INF_STOP will do; only the state counts.

    Control that was lost is asked for again, whatever comes of that: the next stop may be heard for it.
    """
    words = said = "nothing"
    for _ in range(HALT_ROUNDS):
        words = yield from _say_stop()
        shown = yield READ_STATE
        said = _shown(shown)
        if shown.motion is Motion.HALTED:
            hold.limit.lift()
            proof.ending = Ending(Outcome.CONFIRMED, f"INF_STOP was answered {words}, then {said}")
            seen = yield from _look(hold)
            return Ending(Outcome.CONFIRMED, proof.ending.detail, seen.report)
        if not hold.code:  # an emergency stop has greeted nobody: whoever stands here is to stop
            hold.code = codec.security_code((yield READ_SERIAL).text)
        for name in (b"REMOTE_CFG", b"REMOTE_CTRL"):
            yield enable(name, hold.code)
    detail = f"INF_STOP was sent {HALT_ROUNDS} times, last answered {words}, and the pump still says {said}"
    return Ending(Outcome.REFUSED, detail)


def _say_stop() -> Generator[Ask, Reply, str]:
    """It may have arrived although its answer did not: the state tells, and the same turn asks for it."""
    try:
        reply = yield STOP
    except Unanswered:
        return "not at all"
    return _shown(reply)


def configure(hold: Hold, diameter_um: int) -> Turn:
    """See that the pump stands, can be controlled and read, and is the one with this syringe. Nothing can be set."""
    if diameter_um != hold.bound.syringe_um:
        raise Refused(
            f"syringe of {diameter_um} um: the one confirmed at the pump's keypad has {hold.bound.syringe_um} um, "
            "and the wire can neither set nor read it"
        )
    yield from _take_remote(hold)
    seen = yield from _look(hold)
    _check_ready(hold, seen)
    detail = f"stands; syringe of {diameter_um} um as bound, confirmed at the keypad, not readable from here"
    return Ending(Outcome.CONFIRMED, detail, seen.report)


def _check_ready(hold: Hold, seen: _Seen) -> None:
    if seen.report.motion is not Motion.HALTED:
        raise Refused(f"the pump says {seen.report.motion.value}, and only a halted pump can be set up")
    if seen.counter.step_nl > hold.bound.volume_step_nl:
        raise Refused(
            f"the volume counter reads in steps of {seen.counter.step_nl} nl, bound are {hold.bound.volume_step_nl} nl"
        )


def adjust(hold: Hold, rate_nl_h: int) -> Turn:
    """Change the rate of a pump that runs, and nothing else. One that stands was stopped by somebody: it stays so."""
    order = set_rate(rate_nl_h, Risk.ADDS_DRUG)
    yield from _take_remote(hold)
    before = (yield from _look(hold)).report
    if before.motion is not Motion.INFUSING:
        raise Refused(f"the pump says {before.motion.value}, and only a running pump's rate can be changed")
    if not hold.limit.is_in_force and rate_nl_h > before.rate_nl_h:
        raise Refused("this infusion was not started from here and has no limit: its rate is not raised")
    yield from _order(order)
    report = (yield from _look(hold)).report
    if report.rate_nl_h != rate_nl_h:
        outcome = Outcome.REFUSED if report.rate_nl_h == before.rate_nl_h else Outcome.UNKNOWN
        return Ending(outcome, f"rate reads back {report.rate_nl_h} nl/h, not {rate_nl_h} nl/h", report)
    if report.motion is not Motion.INFUSING:
        detail = f"the pump says {report.motion.value} after its rate was changed"
        return Ending(Outcome.UNKNOWN, detail, report)
    return Ending(Outcome.CONFIRMED, f"rate reads back {rate_nl_h} nl/h", report)


def run(hold: Hold, command: Run) -> Turn:
    """Start a pump that stands, once its rate has been read back and its limit is being counted."""
    order = set_rate(command.rate_nl_h, Risk.DELIVERY)
    least_nl = reach_nl(hold.bound.volume_step_nl, command.rate_nl_h)
    if command.volume_limit_nl <= least_nl:
        raise Refused(
            f"a limit of {command.volume_limit_nl} nl cannot be watched over at {command.rate_nl_h} nl/h: "
            f"the driver halts the pump {least_nl} nl before its limit"
        )
    yield from _take_remote(hold)
    _check_ready(hold, (yield from _look(hold)))
    yield from _order(order)
    hold.limit.begin((yield from _read_counter()), command.volume_limit_nl)
    rate_nl_h = yield from _read_rate()
    if rate_nl_h != command.rate_nl_h:
        raise Refused(f"rate reads back {rate_nl_h} nl/h, not {command.rate_nl_h} nl/h")
    motion = yield from _read_motion()
    if motion is not Motion.HALTED:
        raise Refused(f"the pump says {motion.value} before it was started")
    reply = yield from _order(START)
    report = (yield from _look(hold)).report
    if report.motion is not Motion.INFUSING:
        detail = f"INF_START was answered {_shown(reply)}, and the pump says {report.motion.value}"
        return Ending(Outcome.UNKNOWN, detail, report)
    if report.rate_nl_h != command.rate_nl_h:
        return Ending(Outcome.UNKNOWN, f"runs with {report.rate_nl_h} nl/h, not as it was told", report)
    detail = (
        f"infusing at {rate_nl_h} nl/h; this driver, not the pump, halts it at {command.volume_limit_nl} nl"
    )
    return Ending(Outcome.CONFIRMED, detail, report)


def _shown(reply: Reply) -> str:
    return reply.text.decode("ascii", "backslashreplace")
