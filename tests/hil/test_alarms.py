"""Alarms where people meet them: on a bell, on topics, on a screen, and across a daemon's death."""

import signal
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from nurse_call import NurseCall
from rig import NINA, Rig, stages
from rig_programs import link_ms, pumpctl

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

KEY = "line-pressure"
#: The last word of a daemon's stock-taking.
LAST_KEY = "FAULT"


@pytest.fixture
def own(make_rig: Callable[..., Rig]) -> Rig:
    """A rig of this test's own, its daemon running."""
    rig = make_rig()
    rig.start_daemon()
    return rig


@pytest.fixture
def calls(own: Rig) -> Iterator[NurseCall]:
    heard = NurseCall(own.broker.port)
    yield heard
    heard.close()


def test_a_blocked_line_rings_is_told_to_the_ward_and_is_over_when_seen_and_gone(
    own: Rig, calls: NurseCall
) -> None:
    """clinical.md 5.1; facts/requirements.md 5: start, update, end, retained; ten pulses, and none once acknowledged."""
    own.begin()
    blocked_ms = link_ms()
    own.monitor.line_mmhg = 400.0
    start = calls.until_phase(KEY, "start")
    assert (start["topic"], start["priority"]) == ("pumpd/v1/alarm/bed-1/line-pressure", "high")
    assert (start["present"], start["acknowledged_by"], start["first_out"]) == (True, "", True)
    assert "LP1" in start["members"]
    rang = own.bell.until_rang(10, blocked_ms, 6.0)
    own.note("blocked to the first pulse", (rang[0] - blocked_ms) / 1000.0)
    assert rang[0] - blocked_ms < 1_500.0
    assert rang[-1] - rang[0] < 4_000.0, "one burst"
    gaps = [after - before for before, after in pairwise(rang)]
    assert gaps.index(max(gaps)) == 4, "five, a pause, five"
    late = NurseCall(own.broker.port)
    assert late.until_phase(KEY, "start")["retained"], "who comes later sees what stands"
    late.close()

    assert stages(own.press("acknowledge", args={"rule": KEY}))[-1] == "accepted"
    calls.until_phase(KEY, "update", acknowledged_by=NINA[0])
    assert own.bell.quiet_for(11.0), "the next burst would have been due"
    own.monitor.line_mmhg = 20.0
    calls.until_phase(KEY, "end", 20.0, after=start["seq"])
    # First the word of the daemon's start, that it does not stand.
    assert [one for one in calls.phases(KEY) if one != "update"] == ["end", "start", "end"]


def test_quiet_silences_the_bell_and_shows_how_long(own: Rig, calls: NurseCall) -> None:
    """clinical.md 5.1: 120 s at most; the alarm itself is as it was."""
    own.begin()
    blocked_ms = link_ms()
    own.monitor.line_mmhg = 400.0
    own.bell.until_rang(3, blocked_ms, 6.0)
    done = pumpctl(own.socket, "--as", "nina", "quiet")
    assert done.returncode == 0, done
    assert own.bell.quiet_for(11.0)
    shown = pumpctl(own.socket, "status").stdout
    assert "audio paused 1" in shown, shown
    assert calls.phases(KEY)[-1] != "end"


def test_a_daemon_that_comes_back_says_of_every_alarm_whether_it_still_stands(
    own: Rig, calls: NurseCall
) -> None:
    """A retained alarm outlives who raised it. With its journal the daemon knows; on a new disk nothing stands."""
    own.begin()
    own.monitor.line_mmhg = 400.0
    first = calls.until_phase(KEY, "start")
    own.until_recorded('"note_alarm"')  # what was said a moment before the end may be lost with the daemon
    own.daemon.send(signal.SIGKILL)
    own.daemon.wait(5.0)
    own.start_daemon()
    again = calls.until(
        lambda one: one.get("key") == KEY and one["boot"] != first["boot"], 10.0, "a word of the new boot"
    )
    assert (again["phase"] != "end", again["members"]) == (True, first["members"])
    own.daemon.send(signal.SIGKILL)
    own.daemon.wait(5.0)
    own.monitor.line_mmhg = 20.0
    for file in own.folder.glob("journal.sqlite*"):
        file.unlink()
    own.start_daemon()
    boots = {first["boot"], again["boot"]}
    ended = calls.until(
        lambda one: one.get("key") == KEY and one["boot"] not in boots, 10.0, "a word of the third boot"
    )
    assert (ended["phase"], ended["present"]) == ("end", False)
    calls.until_phase(LAST_KEY, "end", boot=ended["boot"])
    late = NurseCall(own.broker.port)
    late.until_phase(LAST_KEY, "end")
    standing = {one["key"] for one in late.words if one.get("phase") not in (None, "end")}
    assert standing <= {one["key"] for one in own.status()["alarms"]}
    late.close()


def test_a_heartbeat_is_heard_while_the_daemon_decides_and_stops_with_it(own: Rig, calls: NurseCall) -> None:
    beat = calls.until(lambda one: "channels" in one, 6.0, "a heartbeat")
    assert (beat["topic"], beat["retained"], set(beat["channels"])) == (
        "pumpd/v1/heartbeat/bench",
        False,
        {"bed-1"},
    )
    calls.until_phase(LAST_KEY, "end")
    own.daemon.send(signal.SIGSTOP)
    late = NurseCall(own.broker.port)
    try:
        late.until_phase(LAST_KEY, "end")  # retained, so the subscription stands
        assert not [one for one in late.words if "channels" in one], "no old beat is kept for who comes later"
    finally:
        own.daemon.send(signal.SIGCONT)
        late.close()


def test_when_nobody_could_hear_an_alarm_that_is_one_until_somebody_says_that_he_can(
    make_rig: Callable[..., Rig],
) -> None:
    """The bell's terminal is pulled out, and no screen is open: LISTENER, until a screen speaks up."""
    rig = make_rig()
    rig.listener_within_s = 5
    rig.start_daemon()
    calls = NurseCall(rig.broker.port)
    rig.verify_an_order()
    assert calls.phases("LISTENER") in ([], ["end"])
    pulled_ms = link_ms()
    rig.bell.hang_up()
    start = calls.until_phase("LISTENER", "start", 9.0)
    rig.note("no listener to its alarm", (link_ms() - pulled_ms) / 1000.0)
    assert start["priority"] == "medium"
    rig.until(lambda one: any(not bell["ok"] for bell in one["sounders"]), 5.0, "the bell is seen to fail")
    assert "FAILS" in pumpctl(rig.socket, "status").stdout
    assert pumpctl(rig.socket, "listening", "bench").returncode == 0
    calls.until_phase("LISTENER", "end", after=start["seq"])
    calls.close()
