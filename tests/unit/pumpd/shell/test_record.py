"""Every event, action and state comes back from the journal as it went in, and equal ones are equal bytes."""

from typing import Any, get_args

import pytest
from channel_bench import Bench, infusing, verified
from clinic_bench import ClinicBench, observed

from drivers.contract import (
    Adjust,
    Approval,
    Configure,
    Halt,
    Identity,
    Motion,
    Outcome,
    Poll,
    PumpAlarm,
    PumpCommand,
    PumpReport,
    Run,
)
from interlocks.vocabulary import Demand, Priority, Sample, Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.clinic import care_events as ce
from pumpd.core.configuration_events import ConfigurationEdited
from pumpd.core.daemon_events import CertificatesExamined, JournalRoomMeasured, Neighbour, NeighboursChanged
from pumpd.core.order import Refusal
from pumpd.core.state import ChannelState
from pumpd.shell.record import counter_in, dump_decision, dump_state, load_decision, load_state

AT = Stamp(12_345, 6_789)
WHO: dict[str, Any] = {"at": AT, "request_id": "c1:a1", "by": "nina"}
SAMPLE = Sample(Signal.SYS, 163.0, 12_000, AT, "monitor-1", 17, is_suspect=True)
REPORT = PumpReport(
    Motion.INFUSING, 1_230_000, 26_200_000, 26_590, 17_500_000, 2_000, (PumpAlarm.STALL,), pressure_mmhg=81.25
)

_CARE: dict[str, Any] = {**WHO, "roles": ("nurse",), "epoch": 3, "wall_ms": 1_795_345_200_000}
_SAID: dict[str, Any] = {**WHO, "wall_ms": 1_795_345_200_000}
EVENTS: tuple[ev.Event, ...] = (
    ce.ChecklistAnswered(**_CARE, answers=(("pregnancy", "no"),)),
    ce.LinePrimed(**_CARE, volume_ml="1.5", is_disconnected=True, is_air_free=False),
    ce.PatientObserved(**_CARE, moaas=5, dissociation=0, note='"\\u0000 \u202e'),
    ce.RecoveryAccepted(**_CARE, note="known"),
    ce.SessionClosed(**_CARE, escort="her brother"),
    ce.BedAccepted(**_SAID, roles=("nurse",)),
    ce.AdverseEventReported(**_SAID, code="nausea", severity="mild"),
    ce.MedicationReported(**_SAID, drug="ondansetron", dose="4 mg"),
    ce.NoteEntered(**_SAID, text="asked for water"),
    ev.Ticked(at=AT),
    ev.DaemonStarted(at=AT, boot="k3f9", wall_ms=1_795_345_200_000, restore_problem="another version"),
    ev.SamplesArrived(at=AT, samples=(SAMPLE, Sample(Signal.DIA, 0.1, 12_000, AT, "monitor-1", 17))),
    ev.SampleRefused(at=AT, device="monitor-1", reason="late", detail='"\\u0000 \u202e'),
    ev.FeedLinkChanged(at=AT, is_up=False, reason="keepalive"),
    ev.MonitorSpoke(at=AT, device="monitor-1", is_online=True),
    ev.PumpLinkUp(at=AT, identity=Identity("NE1000", "3.928", 7, "s/n 4")),
    ev.PumpLinkDown(at=AT, reason="unplugged", is_wrong_pump=True),
    ev.PumpReported(at=AT, report=REPORT),
    ev.PumpReported(at=AT, report=PumpReport(Motion.HALTED, 0, 0)),
    ev.PumpCommandEnded(at=AT, command_id=4, outcome=Outcome.UNKNOWN, detail="RUN: no answer"),
    ev.IntentRecorded(at=AT, intent_id=5),
    ev.JournalFailed(at=AT, reason="disk full"),
    ev.JournalPaceChanged(at=AT, is_behind=True),
    ConfigurationEdited(at=AT, reason="the file says something else"),
    JournalRoomMeasured(at=AT, free_bytes=74_000_000_000, total_bytes=252_000_000_000, channels=3),
    CertificatesExamined(at=AT, reason="the certificate in broker.ca_file ends on 2027-01-01"),
    NeighboursChanged(at=AT, neighbours=(Neighbour("bed-2", "infusing"),)),
    ev.OrderEntered(**WHO, roles=("nurse",), fields=(("weight_kg", "70"),), accept_soft=("dose_high",)),
    ev.OrderVerified(**WHO, roles=("nurse", "prescriber"), epoch=3),
    ev.StartPressed(**WHO, roles=("nurse",), epoch=4),
    ev.PausePressed(**WHO),
    ev.ResumePressed(**WHO, roles=("nurse",), epoch=12),
    ev.StopPressed(**WHO),
    ev.AlarmAcknowledged(**WHO, rule="BP2"),
    ev.AlarmAcknowledged(**WHO, rule="BP3", note='"\\u0000 \u202e'),
    ev.ReadingWanted(**WHO),
    ev.ScoreEntered(**WHO, scale=Signal.RASS, value=-5),
    ev.PresenceConfirmed(**WHO),
    ev.RestorePressed(**WHO, roles=("nurse",), epoch=13),
    ev.AudioPausePressed(**WHO),
    ev.ListenerSpoke(at=AT, listener="panel-1"),
    ev.SamplesArrived(at=AT, samples=(), cuff_active=True),
    ev.SamplesArrived(at=AT, samples=(), cuff_active=False),
    ev.SampleRefused(
        at=AT,
        device="monitor-1",
        reason="implausible",
        detail="",
        signals=(Signal.SYS, Signal.DIA),
        in_a_row=3,
    ),
)
COMMANDS: tuple[PumpCommand, ...] = (
    Configure(26_590),
    Run(26_200_000, 17_500_000),
    Adjust(13_100_000),
    Halt(),
    Poll(),
)
ACTIONS: tuple[do.Action, ...] = (
    *(do.CommandPump(command_id=9, command=one) for one in COMMANDS),
    do.ApproveMaximum(approval=Approval(26_200_000, 17_500_000)),
    do.WriteIntent(intent_id=3, rate_nl_h=26_200_000, volume_nl=17_500_000, by="nina"),
    do.Answer(request_id="c1:a1", stage=do.Stage.NOT_CONFIRMED, reasons=("paused by nina",)),
    do.Answer(
        request_id="c1:a2",
        stage=do.Stage.REFUSED,
        reasons=("dose 2 mg/kg",),
        problems=(Refusal("dose_above_hard", "dose_mg_per_kg", "dose 2 mg/kg"),),
    ),
    do.RequestReading(reason="BP1"),
    do.NoteTrip(
        rule_id="BP2", demand=Demand.PAUSE, priority=Priority.HIGH, reason="163 > 160", evidence=(SAMPLE,)
    ),
    do.NoteTrip(
        rule_id="LP0",
        demand=Demand.ADVISE,
        priority=Priority.LOW,
        reason="rises",
        evidence=(),
        hazard="occlusion",
        is_shadow=True,
    ),
    do.NoteAct(text="resume pressed", by="nina"),
    do.NoteAlarm(
        phase=do.AlarmPhase.UPDATE,
        key="blood-pressure",
        priority=Priority.HIGH,
        text="163 > 160",
        since=AT,
        members=("BP2", "BP3"),
        is_present=False,
        is_first_out=True,
        acknowledged_by="nina",
        escalation=2,
    ),
    do.SignalAlarm(signal=do.AlarmSignal(light=Priority.HIGH, is_audio_paused=True, has_reminder=True)),
    do.SignalAlarm(signal=do.AlarmSignal(sound=Priority.LOW, escalation=1)),
)


def test_no_event_action_or_command_is_without_an_example() -> None:
    """A new type in a union makes this fail until its example stands above."""
    assert {type(one) for one in EVENTS} == set(get_args(ev.Event))
    assert {type(one) for one in ACTIONS} == set(get_args(do.Action))
    assert {type(one) for one in COMMANDS} == set(get_args(PumpCommand))


def test_every_kind_names_one_type() -> None:
    kinds = [one.kind for one in {type(one): one for one in (*EVENTS, *ACTIONS)}.values()]
    assert len(kinds) == len(set(kinds)) == len(get_args(ev.Event)) + len(get_args(do.Action))


@pytest.mark.parametrize("event", EVENTS, ids=lambda one: one.kind)
def test_every_event_comes_back_equal_and_is_written_again_byte_for_byte(event: ev.Event) -> None:
    """Law 12."""
    body = dump_decision(event, ())
    read = load_decision(body)
    assert read.event == event
    assert type(read.event) is type(event)
    assert dump_decision(read.event, read.actions) == body


@pytest.mark.parametrize("action", ACTIONS, ids=lambda one: one.kind)
def test_every_action_comes_back_equal_and_is_written_again_byte_for_byte(action: do.Action) -> None:
    """Law 12. A halt and a poll are different things in the record, too."""
    body = dump_decision(EVENTS[0], (action,))
    read = load_decision(body)
    assert read.actions == (action,)
    assert dump_decision(read.event, read.actions) == body


def test_no_two_commands_are_written_alike() -> None:
    """A record in which a halt reads like a poll proves nothing."""
    written = {dump_decision(EVENTS[0], (do.CommandPump(command_id=1, command=one),)) for one in COMMANDS}
    assert len(written) == len(COMMANDS)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        '{"event":{"kind":"ticked"},"actions":[]}',
        '{"event":{"at":{"ms":1,"link_ms":1},"kind":"nobody_knows"},"actions":[]}',
        '{"event":{"at":{"ms":1,"link_ms":1},"kind":"ticked"},"actions":[{"kind":"jump"}]}',
    ],
)
def test_a_record_of_another_version_is_refused(body: str) -> None:
    with pytest.raises(ValueError):
        load_decision(body)


def _tripped() -> Bench:
    bench = infusing()
    bench.cuff(190, 110)
    bench.tick()
    bench.acknowledge()
    return bench


def _in_doubt() -> Bench:
    bench = verified()
    bench.pump.is_deaf = True
    bench.start()
    assert bench.state.delivery.run is not None
    bench.end(bench.state.delivery.run.command_id, Outcome.UNKNOWN)
    bench.tick()
    bench.pause()
    return bench


def _asking() -> Bench:
    bench = verified()
    bench.durable = False
    bench.start()
    return bench


def _resumed() -> Bench:
    """With a course, an alert, a trace, refusals, a cuff cycle, a score, a listener and a pause of the audio."""
    bench = infusing()
    bench.cuff(125, 78)
    for _ in range(3):
        bench.line(310)
        bench.tick()
    bench.post(ev.AudioPausePressed(**{**WHO, "at": bench.now}))
    bench.line(25)
    bench.advance(16)
    bench.acknowledge()
    bench.resume()
    bench.score(Signal.RASS, -1)
    bench.squeeze(True)
    bench.refuse(Signal.HR, in_a_row=2)
    bench.refuse(reason="wrong_patient")
    bench.post(ev.ListenerSpoke(at=bench.now, listener="panel-1"))
    bench.tick()
    return bench


def _closed() -> ClinicBench:
    """With every part of the care in it."""
    bench = observed()
    bench.happened()
    bench.hand_over()
    for _ in range(3):
        bench.look(15)
    bench.look(15, sys=150)
    bench.sign_off()
    bench.close()
    return bench


@pytest.mark.parametrize(
    "scene", [Bench, verified, infusing, _tripped, _in_doubt, _asking, _resumed, _closed]
)
def test_a_channel_comes_back_whole(scene: Any) -> None:
    """What a crash leaves is the newest snapshot: every field of it counts."""
    state = scene().state
    body = dump_state(state)
    assert load_state(body) == state
    assert dump_state(load_state(body)) == body


def test_the_scenes_hold_what_a_snapshot_may_lose() -> None:
    """Guards the test above: an intent, a doubt, a waiting person, an outstanding command, a finding."""
    assert _asking().state.delivery.intent is not None
    assert _in_doubt().state.delivery.halt is not None
    assert _in_doubt().state.delivery.doubted_nl_h > 0
    assert _in_doubt().state.waiting
    assert _tripped().state.findings
    state = _resumed().state
    session, feed = state.session, state.feed
    assert session.elapsed_ms > session.paused_ms > 0
    assert session.resumed is not None
    assert session.alerts
    assert state.trace.points
    assert state.tick is not None
    assert state.listeners
    assert feed.cuff_since is not None
    assert feed.rejects
    assert feed.wrong_patient
    care = _closed().state.care
    assert all(
        (care.nurse, care.answers, care.prime, care.observations, care.sign_off, care.closing, care.log)
    )
    assert care.started_wall_ms > care.ordered_wall_ms > 0


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"epoch": "many"}'])
def test_a_snapshot_of_another_version_is_refused(body: str) -> None:
    with pytest.raises(ValueError):
        load_state(body)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_I17_a_number_that_is_none_leaves_the_record_readable(value: float) -> None:
    """Law 9: a snapshot that cannot be read back would lose the session, whatever a sensor once said."""
    bench = infusing()
    bench.sample((Signal.SPO2, value))
    body = dump_state(bench.state)
    newest = load_state(body).picture.newest(Signal.SPO2)
    assert newest is not None
    assert str(newest.value) == str(value)
    assert dump_state(load_state(body)) == body
    event = ev.SamplesArrived(at=AT, samples=(Sample(Signal.SPO2, value, 0, AT, "monitor-1", 1),))
    trip = do.NoteTrip(
        rule_id="SP3", demand=Demand.PAUSE, priority=Priority.HIGH, reason="", evidence=event.samples
    )
    written = dump_decision(event, (trip,))
    read = load_decision(written)
    assert dump_decision(read.event, read.actions) == written
    assert '"value":null' not in written


def test_an_empty_channel_is_not_the_same_as_one_with_a_session() -> None:
    assert dump_state(ChannelState()) != dump_state(infusing().state)


@pytest.mark.parametrize(
    ("cleared", "shown_nl"), [({}, 905), ({"cleared_nl": None}, 905), ({"cleared_nl": 900}, 5)]
)
def test_the_counter_is_read_from_a_report_with_and_without_a_sum(
    cleared: dict[str, Any], shown_nl: int
) -> None:
    """A journal that was begun before drivers told their sums is read like any other."""
    assert counter_in({"infused_nl": 905, **cleared}).shown == shown_nl
