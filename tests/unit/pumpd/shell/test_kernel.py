"""The kernel with fakes of its own protocols, all writing into one book, so that order can be read off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import pytest
from channel_bench import ORDER, POLICY, infusing, verified

from drivers.contract import Approval, Halt, Motion, Outcome, Poll, PumpCommand, PumpReport, Run
from interlocks.vocabulary import Demand, Priority, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.delivery import HALT_ROUND_MS, SILENCE_SLACK_MS
from pumpd.core.state import ChannelState
from pumpd.shell import kernel as kernel_module
from pumpd.shell.kernel import RECORD_WITHIN_MS, SNAPSHOT_EVERY_MS, STALLED_MS, Channel, Kernel
from pumpd.shell.mailbox import CAPACITY
from pumpd.shell.record import DECISION, SNAPSHOT, load_decision, load_state

Line = tuple[Any, ...]
BED_1, BED_2 = "bed-1", "bed-2"


@dataclass
class Book:
    """What the edges were asked to do, in order."""

    lines: list[Line] = field(default_factory=list)

    def of(self, word: str) -> list[Line]:
        return [one[1:] for one in self.lines if one[0] == word]

    def index(self, word: str, *starts: object) -> int:
        return next(i for i, one in enumerate(self.lines) if one[: 1 + len(starts)] == (word, *starts))


class FakeClock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = Stamp(0, 0)

    def stamp(self) -> Stamp:
        return self.now

    def wall_ms(self) -> int:
        return 1_795_345_200_000 + self.now.ms


class FakePump:
    """Writes down; may answer from within."""

    def __init__(self, name: str, book: Book) -> None:
        self._name = name
        self._book = book
        self.answering: Callable[[int, PumpCommand], None] = lambda number, command: None

    def submit(self, command_id: int, command: PumpCommand) -> None:
        self._book.lines.append(("submit", self._name, command_id, command))
        self.answering(command_id, command)

    def approve(self, approval: Approval) -> None:
        self._book.lines.append(("approve", self._name, approval))


class FakeJournal:
    """Numbers records; may refuse one."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.seq = 100
        self.breaks_on = ""

    def append(
        self, kind: str, at: Stamp, wall_ms: int, channel: str, body: str, *, urgent: bool = False
    ) -> int:
        if self.breaks_on and self.breaks_on in body:
            raise RuntimeError("no record of this")
        self.seq += 1
        self._book.lines.append(("append", kind, channel, body, urgent))
        return self.seq


class FakeFront:
    """Writes down what people hear and see."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def answer(
        self,
        request_id: str,
        stage: str,
        reasons: tuple[str, ...] = (),
        state: dict[str, Any] | None = None,
        problems: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._book.lines.append(("answer", request_id, stage, reasons, state))
        if problems:
            self._book.lines.append(("problems", request_id, *problems))

    def publish_state(self, channel: str, *, is_leisurely: bool = False) -> None:
        self._book.lines.append(("publish", channel, "leisurely" if is_leisurely else "at once"))


class FakeWire:
    """Writes down requests to the monitors."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.asked: Callable[[], None] = lambda: None

    def request_reading(self, bed: str, reason: str) -> None:
        self._book.lines.append(("reading", bed, reason))
        self.asked()


class FakeAlarms:
    """Writes down what is told at the bedside and on topics."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def alarm_changed(self, channel: str, note: do.NoteAlarm) -> None:
        self._book.lines.append(("alarm", channel, note))

    def signal_changed(self, channel: str, signal: do.AlarmSignal) -> None:
        self._book.lines.append(("signal", channel, signal))


class Seat:
    """A kernel with two channels; the second is empty."""

    def __init__(self, state: ChannelState | None = None, now: Stamp | None = None) -> None:
        self.book = Book()
        self.clock = FakeClock()
        self.clock.now = now or Stamp(0, 0)
        self.journal = FakeJournal(self.book)
        self.pumps = {name: FakePump(name, self.book) for name in (BED_1, BED_2)}
        self.channels = {
            BED_1: Channel(POLICY, self.pumps[BED_1], state or ChannelState()),
            BED_2: Channel(POLICY, self.pumps[BED_2]),
        }
        self.wire = FakeWire(self.book)
        edges = FakeFront(self.book), self.wire, FakeAlarms(self.book)
        self.kernel = Kernel(self.channels, self.clock, self.journal, *edges)

    def post(self, event: ev.Event, channel: str = BED_1) -> None:
        self.kernel.post(channel, event)

    def later(self, ms: int) -> Stamp:
        self.clock.now = Stamp(self.clock.now.ms + ms, self.clock.now.link_ms + ms)
        return self.clock.now

    def tick(self, ms: int = 100, channel: str = BED_1) -> None:
        self.post(ev.Ticked(at=self.later(ms)), channel)

    def pause(self, request_id: str = "p1", channel: str = BED_1) -> None:
        self.post(ev.PausePressed(at=self.clock.now, request_id=request_id, by="nina"), channel)

    def commands(self, channel: str = BED_1) -> list[PumpCommand]:
        return [one[2] for one in self.book.of("submit") if one[0] == channel]

    def decided(self, channel: str = BED_1) -> list[str]:
        bodies = [one[2] for one in self.book.of("append") if one[:2] == (DECISION, channel)]
        return [load_decision(body).event.kind for body in bodies]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonsense:
    """An event no decision was written for: the core raises on it."""

    at: Stamp
    kind: Literal["nonsense"] = "nonsense"


def nonsense(at: Stamp) -> ev.Event:
    return cast("ev.Event", Nonsense(at=at))


def running() -> Seat:
    bench = infusing()
    return Seat(bench.state, bench.now)


def ready_to_start() -> Seat:
    bench = verified()
    return Seat(bench.state, bench.now)


def start(seat: Seat) -> None:
    epoch = seat.channels[BED_1].state.epoch
    event = ev.StartPressed(at=seat.clock.now, request_id="s1", by="nina", roles=("nurse",), epoch=epoch)
    seat.post(event)


def confirm(seat: Seat, channel: str = BED_1) -> Callable[[int, PumpCommand], None]:
    """A driver that ends a command within its submission."""

    def answer(number: int, command: PumpCommand) -> None:
        at = seat.clock.now
        if isinstance(command, Halt):
            event = ev.PumpCommandEnded(at=at, command_id=number, outcome=Outcome.CONFIRMED, detail="")
            seat.post(event, channel)

    return answer


# -- order -----------------------------------------------------------------------------------------------------


def test_a_pause_halts_the_pump_before_anything_else_is_done_even_its_own_record() -> None:
    """Law 6, I8: a stop waits for nothing."""
    seat = running()
    seat.pause()
    assert seat.book.lines[0][:2] == ("submit", BED_1)
    assert isinstance(seat.book.lines[0][3], Halt)
    assert seat.book.index("submit") < seat.book.index("append") < seat.book.index("answer")


def test_a_halt_is_on_the_wire_even_when_its_record_cannot_be_made() -> None:
    """Law 6: a failed record stops delivery, never a stop."""
    seat = running()
    seat.journal.breaks_on = "pause_pressed"
    seat.pause()
    assert isinstance(seat.commands()[0], Halt)


def test_a_raise_goes_out_only_after_the_journal_reports_its_intent_durable() -> None:
    """Law 6, I8: what can raise delivery waits for its record."""
    seat = ready_to_start()
    start(seat)
    records = seat.book.of("append")
    intent_seq = 101 + next(i for i, one in enumerate(records) if '"kind":"write_intent"' in one[2])
    seat.tick()
    assert not [one for one in seat.commands() if isinstance(one, Run)]
    seat.kernel.durable(intent_seq - 1)
    assert not [one for one in seat.commands() if isinstance(one, Run)]
    seat.kernel.durable(intent_seq)
    (run,) = [one for one in seat.commands() if isinstance(one, Run)]
    assert run.rate_nl_h == 26_200_000
    seat.kernel.durable(intent_seq + 5)
    assert len([one for one in seat.commands() if isinstance(one, Run)]) == 1


def test_a_pause_between_the_intent_and_its_record_leaves_nothing_to_run() -> None:
    """What is durable too late is no longer wanted."""
    seat = ready_to_start()
    start(seat)
    seat.pause()
    seat.kernel.durable(seat.journal.seq)
    seat.tick()
    assert not [one for one in seat.commands() if isinstance(one, Run)]
    assert [one for one in seat.commands() if isinstance(one, Halt)]


def test_an_event_posted_to_an_idle_kernel_is_decided_before_post_returns() -> None:
    """Design 5: no task hop between a socket's read and a port's write. There is no event loop here at all."""
    seat = running()
    before = seat.channels[BED_1].state.epoch
    seat.pause()
    assert isinstance(seat.commands()[0], Halt)
    assert seat.channels[BED_1].state.epoch > before
    assert [one[1] for one in seat.book.of("answer")] == ["accepted"]


def test_what_is_posted_from_within_a_decision_is_decided_after_it_and_in_order() -> None:
    seat = running()
    depths: list[int] = []

    def answer(number: int, command: PumpCommand) -> None:
        depths.append(len(seat.decided()))
        if isinstance(command, Halt):
            at = seat.clock.now
            report = PumpReport(Motion.HALTED, 0, 0)
            seat.post(ev.PumpReported(at=at, report=report))
            seat.post(ev.PumpCommandEnded(at=at, command_id=number, outcome=Outcome.CONFIRMED, detail=""))

    seat.pumps[BED_1].answering = answer
    seat.pause()
    assert depths == [0]
    assert seat.decided()[:3] == ["pause_pressed", "pump_reported", "pump_command_ended"]
    stages = [one[1] for one in seat.book.of("answer")]
    assert stages == ["accepted", "confirmed"]


def test_a_fact_of_the_whole_daemon_reaches_every_channel() -> None:
    seat = Seat()
    seat.kernel.post_all(ev.FeedLinkChanged(at=seat.clock.now, is_up=True, reason="subscribed"))
    assert seat.decided(BED_1) == seat.decided(BED_2) == ["feed_link_changed"]
    assert all(one.state.feed.is_up for one in seat.channels.values())


# -- what is carried out ---------------------------------------------------------------------------------------


def test_a_start_asks_the_bed_for_a_reading_and_answers_with_the_state_shown() -> None:
    seat = ready_to_start()
    start(seat)
    assert seat.book.of("reading") == [(BED_1, "start")]
    ((request, stage, _, shown),) = seat.book.of("answer")
    assert (request, stage) == ("s1", "accepted")
    assert shown["channel"] == BED_1
    assert shown["phase"] == "infusing"


def test_a_refusal_carries_its_reasons_and_no_state() -> None:
    seat = Seat()
    start(seat)
    ((request, stage, reasons, shown),) = seat.book.of("answer")
    assert (request, stage, shown) == ("s1", "refused", None)
    assert reasons == ("start is not possible while the session is idle",)


def test_a_stop_closes_the_gate() -> None:
    seat = running()
    seat.post(ev.StopPressed(at=seat.clock.now, request_id="x1", by="nina"))
    assert seat.book.of("approve") == [(BED_1, Approval(0, 0))]


def test_a_quiet_tick_is_not_pushed_to_every_screen_but_a_change_is() -> None:
    seat = Seat()
    seat.tick()
    seat.book.lines.clear()
    seat.tick()
    assert seat.book.of("publish") == []
    seat.pause()
    assert seat.book.of("publish") == [(BED_1, "at once")]


def test_a_sample_that_changes_nothing_is_pushed_at_leisure() -> None:
    """Ten a second of them, and encoding a state costs more than deciding."""
    seat = running()
    seat.book.lines.clear()
    seat.post(ev.SamplesArrived(at=seat.clock.now, samples=(), cuff_active=None))
    assert seat.book.of("publish") == [(BED_1, "leisurely")]


def test_the_age_of_what_is_shown_counts_on_between_events() -> None:
    seat = running()
    link_ms = seat.clock.now.link_ms
    seat.later(700)
    assert seat.kernel.summary(BED_1)["link_ms"] == link_ms + 700


def note(key: str, phase: do.AlarmPhase) -> do.NoteAlarm:
    return do.NoteAlarm(phase=phase, key=key, priority=Priority.HIGH, text="planted", since=Stamp(0, 0))


def test_what_alarms_become_is_told_to_topics_and_bedside_of_that_channel_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seat = Seat()
    actions = (
        note("air", do.AlarmPhase.START),
        do.SignalAlarm(signal=do.AlarmSignal(light=Priority.HIGH, sound=Priority.HIGH)),
        note("button", do.AlarmPhase.END),
    )
    monkeypatch.setattr(kernel_module, "decide", lambda state, event, policy: (state, actions))
    seat.tick(channel=BED_2)
    told = [one for one in seat.book.lines if one[0] in ("alarm", "signal")]
    assert told == [
        ("alarm", BED_2, actions[0]),
        ("signal", BED_2, actions[1].signal),
        ("alarm", BED_2, actions[2]),
    ]


def test_a_trip_in_shadow_is_no_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Design 6: a row in shadow is recorded and nothing else."""
    seat = Seat()

    def trip(is_shadow: bool) -> str:
        one = do.NoteTrip(
            rule_id="BP2",
            demand=Demand.SLOW,
            priority=Priority.MEDIUM,
            reason="planted",
            evidence=(),
            is_shadow=is_shadow,
        )
        monkeypatch.setattr(kernel_module, "decide", lambda state, event, policy: (state, (one,)))
        seat.tick()
        return capsys.readouterr().out

    assert ("warning" in trip(False), "warning" in (shadow := trip(True)), "shadow" in shadow) == (
        True,
        False,
        True,
    )


def test_a_channel_that_is_finished_calls_aloud_since_no_decision_of_its_will() -> None:
    """Faults row 100: a defect of ours. It sounds until somebody restarts the daemon."""
    seat = running()
    seat.post(nonsense(seat.clock.now))
    ((channel, told),) = seat.book.of("alarm")
    assert (channel, told.key, told.phase, told.priority) == (BED_1, "FAULT", "start", Priority.HIGH)
    assert "internal fault" in told.text
    assert seat.book.of("signal") == [(BED_1, do.AlarmSignal(light=Priority.HIGH, sound=Priority.HIGH))]
    assert seat.book.index("submit") < seat.book.index("alarm"), "the halt first (law 6)"


# -- snapshots -------------------------------------------------------------------------------------------------


def snapshots(seat: Seat) -> list[Line]:
    return [one for one in seat.book.of("append") if one[0] == SNAPSHOT]


def test_a_snapshot_is_written_every_ten_seconds_of_link_time_and_not_more_often() -> None:
    seat = Seat()
    seat.tick()
    seat.book.lines.clear()
    begun = seat.channels[BED_1].snapshot_link_ms
    for _ in range(3 * SNAPSHOT_EVERY_MS // 100):
        seat.tick()
    assert len(snapshots(seat)) == 3
    assert seat.channels[BED_1].snapshot_link_ms - begun == 3 * SNAPSHOT_EVERY_MS


def test_a_change_that_a_person_would_decide_upon_is_snapshot_at_once_behind_its_record() -> None:
    seat = running()
    seat.pause()
    assert seat.book.index("append", DECISION) < seat.book.index("append", SNAPSHOT)
    _, channel, body, urgent = snapshots(seat)[0]
    assert (channel, urgent) == (BED_1, True)
    assert [one.kind.value for one in load_state(body).session.holds] == ["nurse"]


def test_only_what_matters_is_written_at_once() -> None:
    """An idle tick may wait for company; a person's act may not."""
    seat = Seat()
    seat.tick()
    seat.book.lines.clear()
    seat.tick()
    assert [one[3] for one in seat.book.of("append")] == [False]
    seat.pause()
    assert seat.book.of("append")[1][3] is True


# -- defects ---------------------------------------------------------------------------------------------------


def test_a_decision_that_raises_ends_in_a_closed_gate_and_a_halt() -> None:
    seat = running()
    seat.post(nonsense(seat.clock.now))
    assert seat.book.lines[:1] == [("approve", BED_1, Approval(0, 0))]
    assert seat.commands() == [Halt()]
    assert "Nonsense" in seat.channels[BED_1].fault


def test_after_a_defect_the_pump_is_halted_in_rounds_with_silence_for_its_lease_between_them() -> None:
    """Law 7, faults rows 3 and 4: shouting at a pump that does not heed would keep its watchdog fed."""
    seat = running()
    seat.post(nonsense(seat.clock.now))
    begun_ms, halted_ms = seat.clock.now.link_ms, [0]
    while (since_ms := seat.clock.now.link_ms - begun_ms) < 8_000:
        before = len(seat.commands())
        seat.tick()
        if len(seat.commands()) > before:
            halted_ms.append(since_ms + 100)
    again_ms = HALT_ROUND_MS + POLICY.lease_ms + SILENCE_SLACK_MS
    assert again_ms > HALT_ROUND_MS + POLICY.lease_ms, "the silence must outlast the pump's watchdog"
    rounds = [begun + ms for begun in (0, again_ms) for ms in range(0, HALT_ROUND_MS, 100)]
    assert [ms for ms in halted_ms if ms < again_ms + HALT_ROUND_MS] == rounds
    assert set(seat.commands()) == {Halt()}
    numbers = [one[1] for one in seat.book.of("submit")]
    assert len(set(numbers)) == len(numbers), "every halt has a number of its own"


def test_after_a_defect_persons_are_refused_with_the_reason_and_see_it() -> None:
    seat = running()
    seat.post(nonsense(seat.clock.now))
    start(seat)
    seat.pause()
    assert [one[:2] for one in seat.book.of("answer")] == [("s1", "refused"), ("p1", "refused")]
    assert all("internal fault" in one[2][0] for one in seat.book.of("answer"))
    shown = seat.kernel.summary(BED_1)
    assert shown["word"] == "FAULT"
    assert "TypeError" in shown["headline"]


def test_after_a_defect_nothing_that_was_on_its_way_is_run() -> None:
    seat = ready_to_start()
    start(seat)
    seat.post(nonsense(seat.clock.now))
    seat.kernel.durable(seat.journal.seq)
    assert not [one for one in seat.commands() if isinstance(one, Run)]


def test_the_other_channels_go_on_after_a_defect_in_one() -> None:
    seat = running()
    seat.post(nonsense(seat.clock.now))
    seat.kernel.post_all(ev.Ticked(at=seat.later(100)))
    seat.pause("p2", BED_2)
    assert seat.channels[BED_2].fault == ""
    assert seat.decided(BED_2) == ["ticked", "pause_pressed"]
    assert [one[1] for one in seat.book.of("answer") if one[0] == "p2"] == ["accepted"]


@pytest.mark.parametrize("kind", ["ticked", "pause_pressed"])
def test_a_decision_that_cannot_be_recorded_is_a_defect_of_its_channel_only(kind: str) -> None:
    """The control cycle of all channels must not end because one record could not be made."""
    seat = running()
    seat.journal.breaks_on = kind
    if kind == "ticked":
        seat.tick()
    else:
        seat.pause()
    assert "no record of this" in seat.channels[BED_1].fault
    assert isinstance(seat.commands()[-1], Halt)
    seat.journal.breaks_on = ""
    seat.tick(channel=BED_2)
    assert seat.decided(BED_2) == ["ticked"]


def test_the_person_whose_act_met_the_defect_is_told() -> None:
    """Nobody is left without an answer: a nurse who hears nothing presses again instead of going to the pump."""
    seat = running()
    seat.journal.breaks_on = "pause_pressed"
    seat.pause("p7")
    assert [one[:2] for one in seat.book.of("answer")] == [("p7", "refused")]


def test_more_undroppable_events_than_the_bound_halt_the_channel_and_end() -> None:
    """A pump that babbles within every submission neither fills the memory nor runs away with the stack."""
    seat = running()

    def babble(number: int, command: PumpCommand) -> None:
        for _ in range(CAPACITY + 10):
            event = ev.PumpCommandEnded(at=seat.clock.now, command_id=0, outcome=Outcome.CONFIRMED, detail="")
            seat.post(event)

    seat.pumps[BED_1].answering = babble
    seat.pause()
    assert "none may be dropped" in seat.channels[BED_1].fault
    assert isinstance(seat.commands()[-1], Halt)
    assert ("approve", BED_1, Approval(0, 0)) in seat.book.lines
    assert [one[1] for one in seat.book.of("answer")] == ["accepted"]
    seat.pumps[BED_1].answering = lambda number, command: None
    seat.tick(channel=BED_2)
    assert seat.decided(BED_2) == ["ticked"]


def test_a_channel_that_overflows_while_it_is_carried_out_gets_no_command_after_its_halt() -> None:
    """A repeated halt and a poll are due in one decision; the poll would renew the lease of a channel just broken."""
    seat = running()
    seat.pause()
    seat.tick(300)
    assert [type(one) for one in seat.commands()[-2:]] == [Halt, Poll], "the scene needs both in one decision"
    seat.book.lines.clear()

    def flood(number: int, command: PumpCommand) -> None:
        for count in range(CAPACITY + 1):
            seat.pause(f"q{count}")

    seat.pumps[BED_1].answering = flood
    seat.tick(300)
    assert seat.channels[BED_1].fault
    assert set(seat.commands()) == {Halt()}


def test_a_person_whose_act_does_not_fit_is_told() -> None:
    seat = running()

    def flood(number: int, command: PumpCommand) -> None:
        seat.pumps[BED_1].answering = lambda number, command: None
        for count in range(CAPACITY + 1):
            seat.pause(f"q{count}")

    seat.pumps[BED_1].answering = flood
    seat.pause()
    answered = [one[0] for one in seat.book.of("answer")]
    assert sorted(answered) == sorted(["p1", *(f"q{count}" for count in range(CAPACITY + 1))])


# -- a slow disk -----------------------------------------------------------------------------------------------


def paces(seat: Seat) -> list[str]:
    return [kind for kind in seat.decided(BED_2) if kind == "journal_pace_changed"]


def test_a_record_that_matters_and_is_not_on_disk_after_a_second_is_told_to_every_channel_once() -> None:
    """I8: a stop's record is durable a second after it, or a person is told."""
    seat = Seat()
    seat.pause()
    seat.later(RECORD_WITHIN_MS)
    seat.kernel.check_pace()
    assert paces(seat) == []
    seat.later(1)
    seat.kernel.check_pace()
    seat.kernel.check_pace()
    assert len(paces(seat)) == 1
    assert all(one.state.is_journal_behind for one in seat.channels.values())


def test_once_the_disk_has_caught_up_that_is_told_too() -> None:
    seat = Seat()
    seat.pause()
    seat.later(RECORD_WITHIN_MS + 1)
    seat.kernel.check_pace()
    seat.kernel.durable(seat.journal.seq)
    seat.kernel.check_pace()
    assert len(paces(seat)) == 2
    assert not any(one.state.is_journal_behind for one in seat.channels.values())


def test_records_that_nobody_waits_for_do_not_make_the_disk_slow() -> None:
    seat = Seat()
    seat.tick()
    seat.kernel.durable(seat.journal.seq)
    for _ in range(20):
        seat.tick()
    seat.kernel.check_pace()
    assert paces(seat) == []


def stalls(seat: Seat) -> list[bool]:
    said = [load_decision(one[2]).event for one in seat.book.of("append") if one[:2] == (DECISION, BED_2)]
    return [one.is_stalled for one in said if isinstance(one, ev.JournalPaceChanged)]


def test_row_86_a_disk_that_takes_nothing_for_ten_seconds_is_told_to_every_channel_although_nothing_mattered() -> (
    None
):
    seat = Seat()
    seat.tick()
    seat.tick(STALLED_MS)
    seat.kernel.check_pace()
    assert stalls(seat) == []
    seat.later(1)
    seat.kernel.check_pace()
    seat.kernel.check_pace()
    assert stalls(seat) == [True]
    seat.kernel.durable(seat.journal.seq)
    seat.kernel.check_pace()
    assert stalls(seat) == [True, False]


def test_row_86_a_disk_that_takes_five_seconds_for_each_commit_is_slow_and_not_stalled() -> None:
    seat = Seat()
    for _ in range(10):
        seat.tick()
        written = seat.journal.seq
        seat.later(5_000)
        seat.tick()
        seat.kernel.durable(written)
        seat.kernel.check_pace()
    assert stalls(seat) == []


def test_row_86_a_disk_with_nothing_to_write_is_not_stalled() -> None:
    seat = Seat()
    seat.tick()
    seat.kernel.durable(seat.journal.seq)
    seat.later(STALLED_MS * 3)
    seat.kernel.check_pace()
    assert stalls(seat) == []
    seat.tick()
    seat.kernel.check_pace()
    assert stalls(seat) == []


def test_a_report_of_durability_is_harmless_when_nothing_waits_for_it() -> None:
    seat = Seat()
    seat.kernel.durable(10_000)
    assert seat.book.lines == []


def test_the_confirmation_of_a_halt_frees_the_next_decision() -> None:
    seat = running()
    seat.pumps[BED_1].answering = confirm(seat)
    seat.pause()
    assert seat.channels[BED_1].state.delivery.is_halt_confirmed


def test_the_pending_intents_are_bounded() -> None:
    """Every queue is bounded (house rule)."""
    assert kernel_module._PENDING_INTENTS <= 64
    seat = Seat()
    assert seat.kernel._intents.maxlen == kernel_module._PENDING_INTENTS


def test_the_problems_of_a_refused_order_reach_the_one_who_asked_with_their_fields() -> None:
    """Requirements 3.1 (59): the message says which entry to put right."""
    seat = Seat()
    event = ev.OrderEntered(
        at=seat.clock.now,
        request_id="o1",
        by="dora",
        roles=("prescriber",),
        fields=(*ORDER.items(), ("dose", "1")),
        accept_soft=(),
    )
    seat.post(event)
    (problem,) = seat.book.of("problems")
    text = "unknown field 'dose'"
    told = {"code": "field_unknown", "field": "'dose'", "text": text, "is_soft": False}
    assert problem == ("o1", told)
    assert seat.book.of("answer")[0][:3] == ("o1", "refused", (text,))


# -- the cycle that keeps the process alive ------------------------------------------------------------------------


def test_a_cycle_is_complete_only_when_every_channel_was_decided_for_it() -> None:
    """I20: this is what the watchdog is fed by."""
    seat = Seat()
    at = seat.later(100)
    assert not seat.kernel.has_cycled(at)
    seat.post(ev.Ticked(at=at), BED_1)
    assert not seat.kernel.has_cycled(at), "the other channel has not been"
    seat.post(ev.Ticked(at=at), BED_2)
    assert seat.kernel.has_cycled(at)
    assert not seat.kernel.has_cycled(seat.later(100)), "a cycle is of its own instant"


def test_an_event_that_is_no_tick_completes_no_cycle() -> None:
    seat = Seat()
    seat.kernel.post_all(ev.FeedLinkChanged(at=seat.later(100), is_up=True, reason=""))
    assert not seat.kernel.has_cycled(seat.clock.now)


def test_a_broken_channel_that_is_being_halted_does_not_take_the_others_with_it() -> None:
    """Its cycle is the round of halts; killing the process for it would stop every other bed."""
    seat = running()
    seat.post(nonsense(seat.later(100)))
    at = seat.later(100)
    seat.kernel.post_all(ev.Ticked(at=at))
    assert seat.kernel.has_cycled(at)
    assert seat.kernel.words()[BED_1] == "FAULT"
    assert seat.kernel.words()[BED_2] == seat.kernel.summary(BED_2)["word"]


# -- one patient on two channels ---------------------------------------------------------------------------------


def both_verified() -> Seat:
    """Two channels, one patient, ready to start but for the gates of the bench."""
    seat = Seat()
    for name in (BED_1, BED_2):
        seat.post(ev.DaemonStarted(at=seat.clock.now, boot="b", wall_ms=0), name)
    for name in (BED_1, BED_2):
        seat.post(
            ev.OrderEntered(
                at=seat.clock.now,
                request_id=f"o-{name}",
                by="dora",
                roles=("prescriber",),
                fields=tuple(ORDER.items()),
                accept_soft=(),
            ),
            name,
        )
        epoch = seat.channels[name].state.epoch
        verified_now = ev.OrderVerified(
            at=seat.clock.now, request_id=f"v-{name}", by="nina", roles=("nurse",), epoch=epoch
        )
        seat.post(verified_now, name)
    return seat


def phases(seat: Seat, name: str) -> list[tuple[str, str]]:
    return [(one.channel, one.phase) for one in seat.channels[name].state.neighbours]


def test_R73_each_channel_is_told_of_the_other_that_names_its_patient() -> None:
    seat = both_verified()
    assert phases(seat, BED_1) == [(BED_2, "verified")]
    assert phases(seat, BED_2) == [(BED_1, "verified")]
    told = [line for line in seat.book.of("answer") if line[0] == f"v-{BED_2}"]
    assert "bed-1 has an order for tok-4711 as well: verified" in str(told)
    seat.post(ev.StopPressed(at=seat.clock.now, request_id="s", by="nina"))
    assert phases(seat, BED_2) == []


def test_R8_a_start_is_known_elsewhere_before_anything_that_waits_is_decided() -> None:
    """The other channel's start lies in the mailbox already when the first is decided."""
    seat = Seat(verified().state, verified().now)
    for name in (BED_1, BED_2):
        seat.channels[name].has_begun = True
    seat.channels[BED_2].state = verified().state
    at = seat.clock.now
    starts = {
        name: ev.StartPressed(
            at=at,
            request_id=f"start-{name}",
            by="nina",
            roles=("nurse",),
            epoch=seat.channels[name].state.epoch,
        )
        for name in (BED_1, BED_2)
    }
    # Posted from within a decision it only goes into the mailbox.
    seat.wire.asked = lambda: seat.post(starts[BED_2], BED_2)
    seat.post(starts[BED_1], BED_1)
    assert seat.decided(BED_2) == ["neighbours_changed", "start_pressed"]
    running = [name for name, one in seat.channels.items() if one.state.session.phase.value == "infusing"]
    assert running == [BED_1]
    refused = [line for line in seat.book.of("answer") if line[0] == f"start-{BED_2}"]
    assert [one[1] for one in refused] == ["refused"]


def test_R8_a_channel_that_is_broken_still_counts() -> None:
    seat = both_verified()
    seat.post(nonsense(seat.clock.now))
    assert seat.channels[BED_1].fault
    assert phases(seat, BED_2) == [(BED_1, "verified")]
