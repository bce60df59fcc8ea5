"""A real daemon scraped through `pumpd metrics`: the numbers are those of the console, and control does not notice."""

import signal
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families
from rig import Rig
from rig_programs import Program, pumpd

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

Series = dict[tuple[str, str], float]


def scrape(address: str) -> Series:
    with urllib.request.urlopen(address, timeout=10) as answer:
        text = answer.read().decode()
    return {
        (
            one.name,
            one.labels.get("kind") or one.labels.get("word") or one.labels.get("queue") or "",
        ): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_a_running_infusion_is_scraped_and_a_killed_daemon_is_down_at_the_next_scrape(rig: Rig) -> None:
    """Issue 7: a Prometheus scrape."""
    rig.begin()
    exporter = Program("metrics", pumpd("metrics", "--socket", str(rig.socket), "--listen", "127.0.0.1:0"))
    rig.programs.append(exporter)
    address = exporter.wait_for_line("READY").split()[1]
    series = scrape(address)
    state = rig.status()
    assert series["pumpd_up", ""] == series["pumpd_channel_word", "INFUSING"] == 1
    for kind in ("programmed", "permitted", "commanded", "reported"):
        assert series["pumpd_rate_milliliters_per_hour", kind] == state["rate"][f"{kind}_nl_h"] / 1e6 > 0
    assert series["pumpd_control_cycle_lateness_seconds_count", ""] > 1
    assert series["pumpd_journal_commit_seconds_count", ""] > 1
    assert 0 < series["pumpd_journal_newest_commit_seconds", ""] < 10
    assert series["pumpd_queue_depth", "publish"] < 64
    assert series["pumpd_start_time_seconds", ""] == pytest.approx(state["wall_ms"] / 1e3, abs=300)
    before = rig.sim.truth()["counter_nl"]
    for _ in range(300):
        scrape(address)
    rig.sim.until(lambda now: now["counter_nl"] > before, 5.0, "it goes on")
    assert rig.status()["word"] == "INFUSING", "300 scrapes in a row hold nothing up"
    rig.daemon.send(signal.SIGKILL)
    rig.daemon.wait(5.0)
    while (series := scrape(address))["pumpd_up", ""]:
        pass  # the answer of the same second
    assert ("pumpd_rate_milliliters_per_hour", "reported") not in series
    rig.start_daemon()
    while not (series := scrape(address))["pumpd_up", ""]:
        pass
    assert series["pumpd_restarts_total", ""] == 1
    exporter.send(signal.SIGTERM)
    assert exporter.wait(5.0) == 0
