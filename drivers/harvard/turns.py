"""The sequences of exchanges that do not run the pump: who is there, set up, read back, stop.

Theory of operation. What a turn is stands in `drivers/line/turns.py`; those that run the pump are in `run_turns.py`.
Nothing is believed because it was written. Every answer's prompt says what the motor does, so the counter and the
motion that are reported stand in one and the same answer and cannot disagree about the moment.

The opening switches poll mode on before it asks who is there, for without it no answer has an end. It moves nothing.
Then non-volatile memory is switched off: the target is written several times a second. A pump that will not do that
is refused unless the site has accepted the wear.
"""

from collections.abc import Generator
from dataclasses import dataclass
from fractions import Fraction

from drivers.contract import Identity, Motion, Outcome, PumpReport
from drivers.harvard import codec
from drivers.harvard.binding import Binding
from drivers.harvard.capabilities import Motor, limits_agree
from drivers.harvard.codec import Reply, Version
from drivers.harvard.counter import Counter
from drivers.harvard.lease import Lease
from drivers.harvard.signs import Signs
from drivers.line.turns import Ask, Ending, Proof, Refused, Risk, Unanswered, WrongPump

HALT_ROUNDS = 3

Turn = Generator[Ask, Reply, Ending]
Steps = Generator[Ask, Reply, Reply]

POLL_ON = Ask(b"poll on", codec.SAID, is_write=True)
READ_VERSION = Ask(b"version", codec.VERSION, proves_identity=True)
READ_MODEL = Ask(b"ver", codec.VERSION)
READ_COUNTER = Ask(b"ivolume", codec.VOLUME)
READ_RATE = Ask(b"irate", codec.RATE)
READ_TARGET = Ask(b"tvolume", codec.TARGET)
READ_DIAMETER = Ask(b"diameter", codec.DIAMETER)
READ_LIMITS = Ask(b"irate lim", codec.LIMITS)
STOP = Ask(b"stp", codec.DONE, Risk.DELIVERY, is_halt=True, is_write=True)
#: The same word to a pump that stands, to bring it from `T*` or `*` to idle; nothing waits for it.
SETTLE = Ask(b"stp", codec.DONE, is_write=True)


@dataclass(slots=True)
class Pump:
    """What is kept of one pump from turn to turn."""

    binding: Binding
    motor: Motor
    counter: Counter
    lease: Lease
    signs: Signs


def order(ask: Ask) -> Steps:
    """Send a setting; a refusal by the pump ends the turn."""
    reply = yield ask
    if reply.error is not None:
        raise Refused(f"{ask.text.decode('ascii')} was answered {one_line(reply.error)}")
    return reply


def one_line(text: str) -> str:
    """A refusal of two lines in one."""
    return " ".join(text.split())


def known(value: Fraction | None, ask: Ask) -> Fraction:
    """The number in an answer that has the right shape."""
    if value is None:
        raise Refused(f"{ask.text.decode('ascii')}: the number in the answer cannot be read")
    return value


def read_counter() -> Generator[Ask, Reply, tuple[Reply, Fraction]]:
    """The counter in nl, and the answer it stood in: its prompt is of the same moment."""
    reply = yield READ_COUNTER
    return reply, known(codec.parse_volume(reply.text), READ_COUNTER)


def report_of(
    pump: Pump,
    rate: Fraction,
    shown: Reply,
    counter: Fraction,
    diameter_um: int | None = None,
    target_nl: int | None = None,
) -> PumpReport:
    """A report from rate and counter. The rate is rounded only if it is none of ours."""
    infused_nl, cleared_nl = pump.counter.read(counter)
    return PumpReport(shown.motion, infused_nl, round(rate), diameter_um, target_nl, cleared_nl=cleared_nl)


def read_round(
    pump: Pump, *, with_diameter: bool, with_target: bool
) -> Generator[Ask, Reply, tuple[PumpReport, Fraction]]:
    """Rate, counter and motion; on request diameter and target. The counter comes last, and is handed on as shown."""
    reply = yield READ_RATE
    rate = known(codec.read_rate(reply.text), READ_RATE)
    diameter_um = target_nl = None
    if with_diameter:
        reply = yield READ_DIAMETER
        diameter_um = round(known(codec.parse_diameter(reply.text), READ_DIAMETER))
    if with_target:
        reply = yield READ_TARGET
        target_nl = int(known(codec.parse_target(reply.text), READ_TARGET))
    shown, counter = yield from read_counter()
    pump.signs.reported()
    return report_of(pump, rate, shown, counter, diameter_um, target_nl), counter


def read_back(pump: Pump, *, with_diameter: bool, with_target: bool) -> Generator[Ask, Reply, PumpReport]:
    """As above, the report alone."""
    report, _ = yield from read_round(pump, with_diameter=with_diameter, with_target=with_target)
    return report


def open_line(pump: Pump) -> Turn:
    """Poll mode, who answers, memory off, everything read back. Raises WrongPump."""
    yield POLL_ON
    first = codec.parse_version((yield READ_VERSION).text)
    identity = identify(first, codec.parse_version((yield READ_MODEL).text), pump.binding.address)
    check_identity(identity, pump.binding)
    if first.address not in (None, pump.binding.address):
        raise WrongPump(f"the pump says its address is {first.address}, bound is {pump.binding.address}")
    yield from _set_session(pump)
    report = yield from read_back(pump, with_diameter=True, with_target=True)
    return Ending(Outcome.CONFIRMED, "opened", report, identity)


def _set_session(pump: Pump) -> Generator[Ask, Reply, None]:
    """No echo, no wear. The memory's word differs between models (facts/protocols.md 2, "session")."""
    yield Ask(b"echo off", codec.SAID, is_write=True)
    for words in (b"nvram off", b"nvram none"):
        reply = yield Ask(words, codec.SAID, is_write=True)
        if reply.error is None:
            return
    if not pump.binding.accept_wear:
        raise Refused("neither nvram off nor nvram none is taken, and each poll would wear the pump's memory")


def set_up_again(pump: Pump) -> Generator[Ask, Reply, None]:
    """Poll mode was lost, so whatever else the session had is lost too."""
    if pump.signs.is_unpolled and pump.lease.piece is None:
        reply = yield POLL_ON
        if reply.error is None:
            yield from _set_session(pump)
            pump.signs.polled()


def identify(version: Version, model: Version, address: int) -> Identity:
    """Put together from both answers; either may be of either form."""
    name = version.model or model.model or "unnamed"
    firmware = version.firmware or model.firmware
    return Identity(name, firmware, address, version.serial or model.serial)


def check_identity(found: Identity, bound: Binding) -> None:
    """Raises WrongPump unless model and firmware begin as bound and the serial number is the bound one."""
    fits = bound.is_model(found.model) and found.firmware.startswith(bound.firmware)
    if not fits or (bound.serial and found.serial != bound.serial):
        wanted = " ".join(word for word in (bound.model, bound.firmware, bound.serial) if word)
        told = " ".join(word for word in (found.model, found.firmware, found.serial) if word)
        raise WrongPump(f"{told} answers where {wanted} is bound")


def read_all(pump: Pump) -> Turn:
    """Read everything back and write nothing."""
    report = yield from read_back(pump, with_diameter=True, with_target=True)
    return Ending(Outcome.CONFIRMED, "read back", report)


def halt(pump: Pump, proof: Proof) -> Turn:
    """Stop until a prompt says it stands. From here on no poll extends the lease of a pump that goes on."""
    pump.lease.end()
    sign = "nothing"
    for _ in range(HALT_ROUNDS):
        words = yield from _say_stop()
        shown, counter = yield from read_counter()
        sign = shown.prompt
        if shown.motion is Motion.HALTED:
            detail = f"stp was answered {words}, ivolume says {shown.prompt}"
            proof.ending = Ending(Outcome.CONFIRMED, detail)
            rate = codec.read_rate((yield READ_RATE).text)
            if rate is None:
                return proof.ending
            pump.signs.reported()
            return Ending(Outcome.CONFIRMED, detail, report_of(pump, rate, shown, counter))
    return Ending(Outcome.REFUSED, f"stp was sent {HALT_ROUNDS} times and ivolume still says {sign}")


def _say_stop() -> Generator[Ask, Reply, str]:
    """It may have arrived although its answer did not: the next answer's prompt tells."""
    try:
        said = yield STOP
    except Unanswered:
        return "not at all"
    return one_line(said.error) if said.error else said.prompt


def configure(pump: Pump, diameter_um: int) -> Turn:
    """Diameter, infusion screen, no time target. Writes only what differs. Compares the pump's limits with the table."""
    shown, _ = yield from read_counter()
    if shown.motion is not Motion.HALTED:
        raise Refused(f"the pump says {shown.motion.value}, and only a halted pump can be set up")
    pump.lease.end()
    yield from settle(shown)
    yield from set_up_again(pump)
    yield Ask(b"load qs i", codec.SAID, is_write=True)  # a pump that only infuses may not know it
    yield Ask(b"cttime", codec.SAID, is_write=True)
    reply = yield READ_DIAMETER
    if codec.parse_diameter(reply.text) != diameter_um:
        yield from order(Ask(b"diameter " + codec.say_diameter(diameter_um), codec.DONE, is_write=True))
    reply = yield READ_LIMITS
    found = codec.parse_limits(reply.text)
    if found is None or not limits_agree(found, diameter_um, pump.motor):
        said = one_line(reply.text.decode("ascii"))
        raise Refused(f"irate lim says {said}, which is not this model's with {diameter_um} um")
    report = yield from read_back(pump, with_diameter=True, with_target=True)
    if report.diameter_um != diameter_um:
        raise Refused(f"diameter reads back {report.diameter_um} um, not {diameter_um} um")
    if report.motion is not Motion.HALTED:
        raise Refused(f"the pump says {report.motion.value} after it was set up")
    return Ending(Outcome.CONFIRMED, f"diameter {diameter_um} um read back", report)


def settle(shown: Reply) -> Generator[Ask, Reply, None]:
    """From `T*` or a stall to idle: a start must not rest on what ended the run before."""
    if shown.prompt == ":":
        return
    yield SETTLE
    reply = yield READ_COUNTER
    if reply.prompt != ":":
        raise Refused(f"after stp the pump says {reply.prompt}, not idle; look at its screen")
