"""The sequences of requests behind each command, written as they are read: ask, look at the answer, ask again.

Theory of operation. What a turn is stands in `drivers/line/turns.py`. Nothing is believed because it was written or
because the write was answered: what counts is read back, in blocks, so that no value is torn (facts/faults.md row 40).
Nothing starts before rate, volume limit, direction and watchdog have been read back and agree. A setting
that differs is written, one that agrees is left, since nobody knows which memory a device keeps it in; rate and volume
limit are written for every start.

A counter that leaps, or falls, is read again at once and only then believed: half of one number and half of another
(row 40) is not there twice, and what is there twice is true, however bad.

A device whose map has a heartbeat must show a new one each time: an answer with the old one came out of somebody's
memory, not out of the pump (row 39).

Alarm bits stand until they are reset. They are told when they appear (see `wire.py`), and reset where a person's order
begins: in `configure` and in `run`, from rest, with a readback that they are gone.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from drivers.contract import Identity, Motion, Outcome, Run
from drivers.line.turns import Ask, Ending, Proof, Refused, Risk, Turn, Unanswered, WrongPump
from drivers.modbus import asks
from drivers.modbus.binding import Binding
from drivers.modbus.codec import Reply
from drivers.modbus.layout import Block, Number, Place, RegisterMap
from drivers.modbus.view import View, identity_of

HALT_ROUNDS = 3
#: More than any pump here gives between two polls (250 ms at 1,200 mL/h: 83,000 nl): a counter that leaps so is read again.
LEAP_NL = 100_000

Reading = Generator[Ask, Reply, View]
Step = Generator[Ask, Reply, None]


@dataclass(slots=True)
class Pulse:
    """The heartbeat seen last, for one opening of the line; None: none yet."""

    last: int | None = None

    def check(self, shown: int | None) -> None:
        """Raises Refused for one that stands still."""
        if shown is not None and shown == self.last:
            raise Refused(f"the answer is not the pump's own: its heartbeat still shows {shown}")
        self.last = shown if shown is not None else self.last


@dataclass(slots=True)
class Count:
    """The volume counter seen last, nl, for one opening of the line; None: none yet."""

    last_nl: int | None = None

    def leaps_to(self, shown_nl: int | None) -> bool:
        """Too far from the last one for the time between two polls."""
        if self.last_nl is None or shown_nl is None:
            return False
        return not 0 <= shown_nl - self.last_nl <= LEAP_NL


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a turn speaks to, and what it knows of it."""

    layout: RegisterMap
    binding: Binding
    pulse: Pulse
    count: Count

    @property
    def lease_ms(self) -> int:
        """What the watchdog must say; 0 where there is none."""
        return self.binding.lease_s * 1000 if "watchdog" in self.layout.numbers else 0


def _read(subject: Subject, blocks: Iterable[Block], view: View | None = None) -> Reading:
    view = view or View(subject.layout)
    counter = subject.layout.numbers.get("counter")
    for block in blocks:
        yield from _take(subject, block, view)
        if counter is None or not block.holds(counter):
            continue
        if subject.count.leaps_to(view.value("counter")):
            yield from _take(subject, block, view)
        subject.count.last_nl = view.value("counter")
    return view


def _take(subject: Subject, block: Block, view: View) -> Step:
    heartbeat = subject.layout.words.get("heartbeat")
    reply: Reply = yield asks.read(block)
    if reply.error is not None:
        raise Refused(f"reading {block.space.value} {block.address}+{block.count}: {reply.error}")
    view.take(block, reply.words)
    if heartbeat is not None and block.holds(heartbeat):
        subject.pulse.check(view.heartbeat())


def _order(ask: Ask) -> Step:
    """Send a setting; a refusal by the device ends the turn."""
    reply: Reply = yield ask
    if reply.error is not None:
        raise Refused(f"{ask.text.decode('ascii')} was refused: {reply.error}")


def open_line(subject: Subject, nonce: int) -> Turn:
    """Learn who answers, prove that it answers now, take control, arm the watchdog, read everything. Raises WrongPump.

    A device that goes on by itself when it is spoken to again is told to stop before anything else is said
    (facts/protocols.md 6, ProMinent): that is the one write to whoever is there.
    """
    layout, first = subject.layout, ""
    if layout.resumes_after_silence:
        reply = yield asks.stop(layout, Risk.NONE)
        first = f", halted first because it resumes after silence ({reply.error or 'obeyed'})"
    identity = yield from _identify(subject)
    yield from _prove_presence(subject, nonce)
    yield from _take_control(subject)
    view = yield from _read(subject, layout.all_reads())
    return Ending(Outcome.CONFIRMED, f"opened{first}", view.report(), identity)


def _identify(subject: Subject) -> Generator[Ask, Reply, Identity]:
    layout, bound = subject.layout, subject.binding
    reply = yield asks.read(layout.who.block, proves_identity=True)
    if reply.error is not None:
        raise Refused(f"its identity cannot be read: {reply.error}")
    found = identity_of(layout, reply.words, bound.unit)
    is_bound = found.model.startswith(bound.model) and found.firmware.startswith(bound.firmware)
    if not is_bound or bound.serial not in ("", found.serial):
        wanted = f"{bound.model} firmware {bound.firmware or 'any'} serial {bound.serial or 'any'}"
        shown = f"{found.model} firmware {found.firmware or '?'} serial {found.serial or '?'}"
        raise WrongPump(f"{shown} answers where {wanted} is bound")
    return found


def _prove_presence(subject: Subject, nonce: int) -> Step:
    """A number written and read back: what is heard is an answer of now."""
    layout = subject.layout
    place = layout.switches.get("nonce")
    if place is None or not layout.who.block.holds(place):
        return
    ask = asks.identity_ask(layout)
    if ask.has_nonce:  # the wire itself sees to it that the number comes back
        yield from _order(ask)
        return
    yield from _order(asks.switch(layout, "nonce", nonce))
    reply = yield asks.read(layout.who.block, proves_identity=True)
    shown = reply.words[place.address - layout.who.block.address] if reply.error is None else None
    if shown != nonce:
        raise Refused(f"the nonce {nonce} was written and {shown} reads back")


def _take_control(subject: Subject) -> Step:
    """Remote control on, watchdog armed: each written only where it reads back otherwise, and then read again."""
    layout = subject.layout
    enable, watchdog = layout.switches.get("enable"), layout.numbers.get("watchdog")
    if enable is not None:
        ask = asks.switch(layout, "enable", enable.on)
        yield from _make_so(subject, enable, lambda view: view.switch("enable") == enable.on, ask)
    if watchdog is not None:
        ask = asks.set_number(layout, "watchdog", _words(watchdog, subject.lease_ms, "watchdog"))
        yield from _make_so(subject, watchdog, lambda view: view.value("watchdog") == subject.lease_ms, ask)


def _make_so(subject: Subject, place: Place, is_so: Callable[[View], bool], ask: Ask) -> Step:
    layout = subject.layout
    block = next(one for one in (*layout.reads, layout.who.block) if one.holds(place))
    view = yield from _read(subject, [block])
    if is_so(view):
        return
    yield from _order(ask)
    view = yield from _read(subject, [block])
    if not is_so(view):
        raise Refused(f"{ask.text.decode('ascii')} was written and does not read back")


def _words(place: Number | None, value: int, key: str) -> tuple[int, ...]:
    words = place.scale.words_of(value) if place is not None else None
    if words is None:
        raise Refused(f"{key}: {value} cannot be said exactly in this map")
    return words


def poll(subject: Subject) -> Turn:
    """Read back and change nothing."""
    view = yield from _read(subject, subject.layout.poll_reads())
    return Ending(Outcome.CONFIRMED, "read back", view.report())


def halt(subject: Subject, proof: Proof) -> Turn:
    """Stop until a readback says it stands. Any answer to the stop will do; only what is read counts."""
    layout, motion = subject.layout, None
    for attempt in range(HALT_ROUNDS):
        if attempt and "enable" in layout.switches:
            yield asks.switch(layout, "enable", layout.switches["enable"].on)
        said = yield from _say_stop(layout)
        view = yield from _read(subject, layout.motion_reads())
        motion = view.motion()
        if motion is Motion.HALTED:
            proof.ending = Ending(Outcome.CONFIRMED, f"stop was answered {said}, and it reads back halted")
            rest = [block for block in layout.poll_reads() if block not in layout.motion_reads()]
            yield from _read(subject, rest, view)
            return Ending(Outcome.CONFIRMED, proof.ending.detail, view.report())
    shown = motion.value if motion is not None else "nothing"
    return Ending(Outcome.REFUSED, f"stop was sent {HALT_ROUNDS} times and it still reads back {shown}")


def _say_stop(layout: RegisterMap) -> Generator[Ask, Reply, str]:
    """The stop may have arrived although its answer did not: the readback tells, and the same turn asks for it."""
    try:
        said = yield asks.stop(layout)
    except Unanswered:
        return "not at all"
    return said.error or "as done"


def configure(subject: Subject, diameter_um: int) -> Turn:
    """Alarms reset, direction, diameter, control and watchdog: written where they differ, then all read back."""
    layout = subject.layout
    view = yield from _at_rest(subject)
    yield from _take_control(subject)
    direction, diameter = layout.switches.get("direction"), layout.numbers.get("diameter")
    if direction is not None and view.switch("direction") != direction.on:
        yield from _order(asks.switch(layout, "direction", direction.on))
    if diameter is not None and view.value("diameter") != diameter_um:
        yield from _order(asks.set_number(layout, "diameter", _words(diameter, diameter_um, "diameter")))
    view = yield from _read(subject, layout.all_reads())
    _agree(view, {"diameter": diameter_um, "watchdog": subject.lease_ms})
    return Ending(Outcome.CONFIRMED, "set up, and it reads back so", view.report())


def _at_rest(subject: Subject) -> Reading:
    """Everything read, of a pump that stands and has no alarm any more. Raises Refused."""
    view = yield from _read(subject, subject.layout.all_reads())
    if view.motion() is not Motion.HALTED:
        raise Refused(f"the pump reads {view.motion().value}, and only a halted pump can be set up")
    reset = subject.layout.switches.get("alarm_reset")
    if view.bits("alarms") and reset is not None:
        yield from _order(asks.switch(subject.layout, "alarm_reset", reset.on))
        view = yield from _read(subject, subject.layout.all_reads())
    if standing := sorted(view.bits("alarms")):
        raise Refused(f"the pump's alarm stands: {', '.join(standing)}")
    return view


def _agree(view: View, wanted: dict[str, int]) -> None:
    """At rest, our direction, and these numbers. The first thing that differs is the reason why not."""
    if view.motion() is not Motion.HALTED:
        raise Refused(f"the pump reads {view.motion().value} before it was started")
    for key, value in wanted.items():
        shown = view.value(key)
        if shown is not None and shown != value:
            raise Refused(f"{key} reads back {shown}, not {value}")
    if not view.is_our_direction():
        raise Refused("direction does not read back as infusing")


def run(subject: Subject, command: Run) -> Turn:
    """Start a pump that stands."""
    layout = subject.layout
    if not layout.can_run:
        raise Refused(layout.why_not_run)
    target = layout.numbers["volume_target"]
    limit_nl = command.volume_limit_nl - command.volume_limit_nl % int(target.scale.step)
    rate_nl_h = command.rate_nl_h
    if rate_nl_h <= 0 or limit_nl <= 0:  # a target of 0 would mean: no end
        raise Refused(
            f"{rate_nl_h} nl/h to {command.volume_limit_nl} nl is no run in steps of {target.scale.text}"
        )
    rate_words = _words(layout.numbers["rate"], rate_nl_h, "rate")
    yield from _at_rest(subject)
    limit_words = _words(target, limit_nl, "volume_target")
    yield from _order(asks.set_number(layout, "volume_target", limit_words, Risk.DELIVERY))
    yield from _order(asks.set_number(layout, "rate", rate_words, Risk.DELIVERY))
    wanted = {"rate": rate_nl_h, "volume_target": limit_nl, "watchdog": subject.lease_ms}
    view = yield from _read(subject, layout.all_reads())
    _agree(view, wanted)
    reply = yield asks.switch(layout, "run", layout.switches["run"].on, Risk.ADDS_DRUG)
    view = yield from _read(subject, layout.poll_reads())
    report = view.report()
    if report.motion is not Motion.INFUSING:
        outcome = Outcome.REFUSED if reply.error is not None else Outcome.UNKNOWN
        detail = f"the start was answered {reply.error or 'as done'}, and it reads back {report.motion.value}"
        return Ending(outcome, detail, report)
    if (report.rate_nl_h, report.volume_limit_nl) != (rate_nl_h, limit_nl):
        detail = f"runs with {report.rate_nl_h} nl/h to {report.volume_limit_nl} nl, not as it was told"
        return Ending(Outcome.UNKNOWN, detail, report)
    return Ending(Outcome.CONFIRMED, f"infusing at {rate_nl_h} nl/h, limit {limit_nl} nl", report)


def adjust(subject: Subject, rate_nl_h: int) -> Turn:
    """Change the rate of a pump that runs, and nothing else. One that stands was stopped by somebody: it stays so."""
    layout = subject.layout
    if not layout.can_run:
        raise Refused(layout.why_not_run)
    words = _words(layout.numbers["rate"], rate_nl_h, "rate")
    before = (yield from _read(subject, layout.poll_reads())).report()
    if before.motion is not Motion.INFUSING or rate_nl_h <= 0:
        raise Refused(f"the pump reads {before.motion.value}, and only a running pump's rate can be changed")
    yield from _order(asks.set_number(layout, "rate", words, Risk.ADDS_DRUG))
    report = (yield from _read(subject, layout.poll_reads())).report()
    if report.rate_nl_h != rate_nl_h:
        outcome = Outcome.REFUSED if report.rate_nl_h == before.rate_nl_h else Outcome.UNKNOWN
        return Ending(outcome, f"rate reads back {report.rate_nl_h} nl/h, not {rate_nl_h} nl/h", report)
    if report.motion is not Motion.INFUSING:
        detail = f"the pump reads {report.motion.value} after its rate was changed"
        return Ending(Outcome.UNKNOWN, detail, report)
    return Ending(Outcome.CONFIRMED, f"rate reads back {rate_nl_h} nl/h", report)


def stop_first(layout: RegisterMap, turn: Callable[[], Turn]) -> Turn:
    """A pump that resumes by itself has been left in silence as long as its lease: halt it, and only then go on."""
    yield asks.stop(layout, Risk.NONE)
    return (yield from turn())
