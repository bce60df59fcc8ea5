"""One bed in one process: the whole daemon against the world, and always the same course."""

import asyncio

from virtual_bed import Bed, run_bed

from hil_sim.bench.nurse import Habits


def test_a_treatment_runs_from_the_order_to_the_flow_in_the_time_of_its_timers() -> None:
    async def story(bed: Bed) -> None:
        await bed.until_word("INFUSING")
        assert ("start", "confirmed", []) in bed.answers
        await asyncio.sleep(60.0)
        # 26.2 mL/h for a minute is 0.437 mL; half of the start-up slack may still be missing at the tip.
        assert 0.3e6 < bed.world.displaced_nl < 0.46e6

    run_bed(story)


def test_the_same_seed_is_the_same_run_to_the_byte_and_another_seed_is_not() -> None:
    async def story(bed: Bed) -> None:
        await bed.until_word("INFUSING")
        bed.world.inject("reply_lost", for_s=1.0)
        await asyncio.sleep(5.0)

    first = run_bed(story, seed=7)
    assert run_bed(story, seed=7) == first
    assert run_bed(story, seed=8) != first


def test_a_killed_daemon_s_pump_stops_by_its_own_watchdog_and_the_next_life_waits_for_a_person() -> None:
    """Law 9, I7; faults row 72: the lease runs out at the pump, and no life of the daemon starts it again by itself."""

    async def story(bed: Bed) -> None:
        await bed.until_word("INFUSING")
        await asyncio.sleep(10.0)
        bed.bench.kill_daemon()
        await asyncio.sleep(3.0)
        assert bed.world.rate_nl_h() == 0.0
        given_nl = bed.world.displaced_nl
        bed.bench.start_daemon()
        await bed.until_word("PAUSED", 20.0)
        await asyncio.sleep(30.0)
        assert bed.state["word"] == "PAUSED"
        assert bed.world.displaced_nl == given_nl
        assert bed.bench.lives == 2

    run_bed(story, habits=Habits(resumes=False))


def test_what_a_dead_daemon_s_tasks_still_do_reaches_nobody() -> None:
    """SIGKILL is not a shutdown: no halt, no farewell."""

    async def story(bed: Bed) -> None:
        await bed.until_word("INFUSING")
        heard: list[str] = []
        bed.bench.topic_watchers.append(lambda topic, _: heard.append(topic))
        received = bed.world.pump.last_stop_rx_link_ms
        bed.bench.kill_daemon()
        await asyncio.sleep(1.0)
        assert heard == []
        assert bed.world.pump.last_stop_rx_link_ms == received
        assert bed.world.pump.is_moving

    run_bed(story)


def test_a_port_that_goes_away_is_seen_and_the_pump_stands() -> None:
    """Faults row 19."""

    async def story(bed: Bed) -> None:
        await bed.until_word("INFUSING")
        bed.world.inject("line_down", for_s=20.0)
        await bed.until(lambda: bed.world.rate_nl_h() == 0.0, 3.0)
        await bed.until(lambda: bed.state["pump"]["link"] == "down", 1.0)
        await bed.until(lambda: bed.state["pump"]["link"] == "up", 30.0)
        await bed.until_word("PAUSED", 5.0)
        assert bed.world.rate_nl_h() == 0.0

    run_bed(story, habits=Habits(resumes=False))


def test_a_full_disk_lets_nothing_start_and_a_pause_still_stops() -> None:
    """Faults row 82, I8: what raises waits for its record, what lowers waits for nothing."""

    async def story(bed: Bed) -> None:
        await bed.until_word("INFUSING")
        bed.bench.disk.is_full = True
        await bed.until(lambda: not bed.state["journal"]["ok"], 5.0)
        await bed.until(lambda: bed.world.rate_nl_h() == 0.0, 3.0)
        bed.nurse.act("resume")
        await asyncio.sleep(5.0)
        assert bed.world.rate_nl_h() == 0.0

    run_bed(story, habits=Habits(resumes=False))


def test_a_frozen_broker_trips_by_the_age_of_the_samples_before_the_session_is_seen_to_end() -> None:
    """Faults F7: the link looks alive for twice the keepalive; silence trips by timer (law 3)."""

    async def story(bed: Bed) -> None:
        await bed.until_word("INFUSING")
        began_s = bed.bench.now_s
        bed.bench.bus.freeze()
        await bed.until(lambda: bed.world.rate_nl_h() == 0.0, 5.0)
        assert bed.bench.now_s - began_s < 5.0
        assert bed.state["feed"]["link"] == "up"

    run_bed(story, habits=Habits(resumes=False))
