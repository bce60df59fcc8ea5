"""Another configuration after a restart, or in the file meanwhile: told, paused, a person's to accept (I25, row 102)."""

from dataclasses import replace

import pytest
from channel_bench import Bench, infusing, verified

from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.core.actions import Stage
from pumpd.core.boot import started
from pumpd.core.configuration_change import other_configuration, paused_by_edit
from pumpd.core.configuration_events import ConfigurationEdited
from pumpd.core.session import HoldKind, Phase, Session

ONE, OTHER = "1" * 64, "2" * 64
TOLD = (
    "the configuration was changed: this session was begun under 111111111111, now 222222222222 is in force"
)
CHANGES = "limits.systolic_slow_mmhg: 150 -> 155"
EDIT = "the configuration file was changed: 1 is in force, the file says 2"


@pytest.mark.parametrize(
    ("begun", "now", "changes", "told"),
    [
        ("", OTHER, CHANGES, ""),
        (ONE, "", CHANGES, ""),
        (ONE, ONE, "", ""),
        (ONE, OTHER, "", TOLD),
        (ONE, OTHER, CHANGES, f"{TOLD}: {CHANGES}"),
    ],
)
def test_another_configuration_is_told_and_an_old_record_is_not_guessed_at(
    begun: str, now: str, changes: str, told: str
) -> None:
    assert other_configuration(Session(configuration=begun), now, changes) == told


def begun() -> Bench:
    """Infusing, begun by a person under ONE."""
    bench = verified()
    bench.state = replace(bench.state, configuration=ONE)
    bench.start()
    assert bench.state.session.phase is Phase.INFUSING
    return bench


def restarted(bench: Bench, configuration: str) -> Bench:
    event = ev.DaemonStarted(
        at=Stamp(0, 0),
        boot="b2",
        wall_ms=1,
        configuration=configuration,
        configuration_changes=CHANGES if configuration == OTHER else "",
    )
    bench.state, _ = started(replace(bench.state, now=event.at), event, bench.policy)
    return bench


def test_a_start_remembers_the_configuration_in_force() -> None:
    assert begun().state.session.configuration == ONE


def test_a_restart_under_another_one_holds_and_names_both_and_what_changed() -> None:
    bench = restarted(begun(), OTHER)
    (hold,) = bench.state.session.holds
    assert hold.kind is HoldKind.RESTART
    assert hold.reason == f"the daemon was restarted during this infusion; {TOLD}: {CHANGES}"
    assert bench.shown["configuration"] == {"hash": OTHER, "changed": TOLD, "edited": ""}
    assert bench.state.session.ratchet_nl_h == 0


def test_a_second_restart_does_not_make_it_forgotten_and_the_old_one_back_is_no_change() -> None:
    bench = restarted(restarted(begun(), OTHER), OTHER)
    assert TOLD in bench.state.session.holds[0].reason
    assert restarted(begun(), ONE).shown["configuration"]["changed"] == ""


def test_an_edited_file_pauses_an_infusion_and_is_an_alarm() -> None:
    """Row 102: SAFE; the daemon goes on with what it read."""
    bench = infusing()
    bench.post(ConfigurationEdited(at=bench.now, reason=EDIT))
    (hold,) = bench.state.session.holds
    assert (hold.kind, hold.reason) == (HoldKind.CONFIGURATION, EDIT)
    assert bench.state.permit is not None
    assert bench.state.permit.rate_nl_h == 0
    assert "CONFIG" in {one["rule"] for one in bench.shown["alarms"]}
    assert bench.shown["configuration"]["edited"] == EDIT


def test_a_file_that_is_put_back_still_waits_for_a_person() -> None:
    """Law 8: releasing starts no flow."""
    bench = infusing()
    bench.post(ConfigurationEdited(at=bench.now, reason=EDIT))
    bench.post(ConfigurationEdited(at=bench.now, reason=""))
    assert bench.shown["configuration"]["edited"] == ""
    assert bench.shown["word"] == "PAUSED"
    assert [one.kind for one in bench.state.session.holds] == [HoldKind.CONFIGURATION]


def test_without_a_session_an_edit_holds_nothing_and_is_told_all_the_same() -> None:
    assert paused_by_edit(Session(), ConfigurationEdited(at=Stamp(0, 0), reason=EDIT)) == Session()
    bench = verified()
    bench.post(ConfigurationEdited(at=bench.now, reason=EDIT))
    assert "CONFIG" in {one["rule"] for one in bench.shown["alarms"]}


def test_row_102_nothing_is_started_while_the_file_says_something_else() -> None:
    """An edit a second after the start pauses; one a second before it must not be passed over."""
    bench = verified()
    bench.post(ConfigurationEdited(at=bench.now, reason=EDIT))
    refusal = f"{EDIT}: put the file back, or have pumpd restarted"
    assert bench.shown["start_blocked_by"] == [refusal]
    (answer,) = bench.start()
    assert (answer.stage, answer.reasons) == (Stage.REFUSED, (refusal,))
    bench.post(ConfigurationEdited(at=bench.now, reason=""))
    assert bench.start()[-1].stage is Stage.CONFIRMED
