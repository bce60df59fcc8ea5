"""One exposition from one state per channel, parsed by Prometheus' own parser."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from panel_console import STATE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pumpd.outputs.metrics import SHARED_FOR_S, WORDS, Channels, Unanswered

ROOT = Path(__file__).parents[4]
FARES = {
    "started_wall_ms": 1_795_345_200_000,
    "cycles": 600,
    "cycle_late_ms": 1_200,
    "cycle_latest_ms": 45,
    "journal_commits": 30,
    "journal_commit_us": 90_000,
    "journal_newest_commit_us": 2_500,
    "journal_waiting": 2,
    "publish_waiting": 3,
    "publish_dropped": 4,
}
ALARM = {"key": "blood-pressure", "priority": "high", "acknowledged": "", "text": "184 > 180 mmHg"}

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Daemon:
    """Tells a state per channel, or nothing; counts how often it was asked."""

    def __init__(self, *channels: str) -> None:
        self.now_s, self.asked = 100.0, 0
        self.states: dict[str, dict[str, Any] | None] = {
            name: {**copy.deepcopy(STATE), "channel": name, "daemon": dict(FARES)} for name in channels
        }
        self.registry = CollectorRegistry()
        self.registry.register(Channels(channels, self.ask, lambda: self.now_s))

    def ask(self, channel: str | None) -> Mapping[str, Any]:
        self.asked += 1
        state = self.states[channel or next(iter(self.states))]
        if state is None:
            raise Unanswered("gone")
        return state

    def state(self, channel: str = "bed-1") -> dict[str, Any]:
        state = self.states[channel]
        assert state is not None
        return state

    def scrape(self) -> Series:
        self.now_s += SHARED_FOR_S
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(generate_latest(self.registry).decode())
            for sample in family.samples
        }


def at(series: Series, name: str, **labels: str) -> float:
    return series[name, tuple(sorted(labels.items()))]


def test_every_number_of_a_channel_is_that_of_its_state_in_the_unit_of_its_name() -> None:
    daemon = Daemon("bed-1")
    daemon.state()["alarms"] = [ALARM, {**ALARM, "key": "line-pressure", "acknowledged": "nina"}]
    daemon.state()["holds"] = [{"source": "nurse", "reason": "paused by nina"}]
    daemon.state()["feed"]["rejected"] = {"wrong_unit": 7}
    daemon.state()["sounders"] = [{"name": "bell", "ok": False, "reason": "unplugged"}]
    series = daemon.scrape()
    bed = {"channel": "bed-1"}
    for kind in ("programmed", "permitted", "commanded", "reported"):
        assert at(series, "pumpd_rate_milliliters_per_hour", kind=kind, **bed) == 26.2
    for bound, mg in (("low", 0.01), ("best", 0.01), ("high", 0.044)):
        assert at(series, "pumpd_dose_given_milligrams", bound=bound, **bed) == mg
    assert at(series, "pumpd_dose_programmed_milligrams", **bed) == 35
    assert at(series, "pumpd_volume_infused_milliliters", **bed) == 0.005
    assert at(series, "pumpd_volume_to_be_infused_milliliters", **bed) == 17.5
    assert at(series, "pumpd_line_pressure_mmhg", **bed) == 25
    assert at(series, "pumpd_vital_age_seconds", signal="sys", **bed) == 2
    assert at(series, "pumpd_alarms", priority="high", **bed) == 2
    assert at(series, "pumpd_alarms_unacknowledged", priority="high", **bed) == 1
    assert at(series, "pumpd_alarms", priority="low", **bed) == 0
    assert at(series, "pumpd_holds", source="nurse", **bed) == 1
    assert at(series, "pumpd_pump_link_up", **bed) == 1
    assert at(series, "pumpd_pump_report_age_seconds", **bed) == 0.2
    assert at(series, "pumpd_rejected_payloads_total", reason="wrong_unit", **bed) == 7
    assert at(series, "pumpd_sounder_ok", sounder="bell", **bed) == 0
    assert at(series, "pumpd_time_left_seconds", **bed) == 2403
    assert at(series, "pumpd_journal_ok", **bed) == at(series, "pumpd_broker_link_up", **bed) == 1


def test_the_daemon_s_own_pace_is_told_once_whatever_its_channels() -> None:
    series = Daemon("bed-1", "bed-2").scrape()
    assert at(series, "pumpd_start_time_seconds") == 1_795_345_200
    assert at(series, "pumpd_control_cycle_lateness_seconds_count") == 600
    assert at(series, "pumpd_control_cycle_lateness_seconds_sum") == 1.2
    assert at(series, "pumpd_control_cycle_lateness_max_seconds") == 0.045
    assert at(series, "pumpd_journal_commit_seconds_count") == 30
    assert at(series, "pumpd_journal_commit_seconds_sum") == 0.09
    assert at(series, "pumpd_journal_newest_commit_seconds") == 0.0025
    assert (
        at(series, "pumpd_queue_depth", queue="journal"),
        at(series, "pumpd_queue_depth", queue="publish"),
    ) == (
        2,
        3,
    )
    assert at(series, "pumpd_publish_dropped_total") == 4


@pytest.mark.parametrize(("word", "shown"), [("NOT CONFIRMED", "NOT CONFIRMED"), ("NEVER HEARD", "OTHER")])
def test_exactly_one_word_holds_and_a_new_one_makes_no_new_label(word: str, shown: str) -> None:
    daemon = Daemon("bed-1")
    daemon.state()["word"] = word
    series = daemon.scrape()
    holding = [
        dict(labels)["word"]
        for (name, labels), value in series.items()
        if name == "pumpd_channel_word" and value
    ]
    assert holding == [shown]
    assert len([name for name, _ in series if name == "pumpd_channel_word"]) == len(WORDS)


def test_a_channel_that_cannot_be_asked_is_down_and_shows_no_old_number() -> None:
    """Law 3: a flat line would say that all is well."""
    daemon = Daemon("bed-1", "bed-2")
    daemon.scrape()
    daemon.states["bed-2"] = None
    series = daemon.scrape()
    assert (at(series, "pumpd_up", channel="bed-1"), at(series, "pumpd_up", channel="bed-2")) == (1, 0)
    assert [name for name, labels in series if dict(labels).get("channel") == "bed-2"] == ["pumpd_up"]
    daemon.states["bed-1"] = None
    series = daemon.scrape()
    assert {name for name, _ in series} == {"pumpd_up", "pumpd_restarts_total"}


def test_what_is_not_known_has_no_series() -> None:
    daemon = Daemon("bed-1")
    daemon.state()["rate"]["reported_nl_h"] = None
    daemon.state()["pump"]["report_age_ms"] = None
    daemon.state()["line_pressure_mmhg"] = daemon.state()["line_pressure_age_ms"] = None
    daemon.state()["dose"] = {}
    series = daemon.scrape()
    names = {name for name, _ in series}
    assert "pumpd_rate_milliliters_per_hour" in names
    assert ("kind", "reported") not in {pair for _, labels in series for pair in labels}
    assert not names & {
        "pumpd_pump_report_age_seconds",
        "pumpd_line_pressure_mmhg",
        "pumpd_line_pressure_age_seconds",
        "pumpd_dose_given_milligrams",
    }


def test_scrapes_in_the_same_second_ask_once() -> None:
    daemon = Daemon("bed-1")
    for _ in range(50):
        generate_latest(daemon.registry)
    assert daemon.asked == 1
    daemon.scrape()
    assert daemon.asked == 2


def test_a_new_life_of_the_daemon_is_counted() -> None:
    daemon = Daemon("bed-1")
    assert at(daemon.scrape(), "pumpd_restarts_total") == 0
    daemon.state()["boot"] = "b2"
    assert at(daemon.scrape(), "pumpd_restarts_total") == 1
    assert at(daemon.scrape(), "pumpd_restarts_total") == 1


def test_no_token_no_name_and_no_measured_vital_sign_leaves_by_this_way() -> None:
    daemon = Daemon("bed-1")
    daemon.state()["alarms"] = [ALARM]
    daemon.state()["vitals"]["sys"]["value"] = 187.25
    daemon.scrape()
    text = generate_latest(daemon.registry).decode()
    for private in ("tok-4711", "nina", "dora", "ketamine", "187.25", "184 > 180"):
        assert private not in text


def test_names_and_help_keep_to_the_conventions() -> None:
    families = list(text_string_to_metric_families(generate_latest(Daemon("bed-1").registry).decode()))
    for family in families:
        assert re.fullmatch(r"pumpd_[a-z]+(_[a-z]+)*", family.name)
        assert family.documentation.endswith(".")
        assert {label for one in family.samples for label in one.labels} <= {
            *(
                "channel",
                "word",
                "kind",
                "bound",
                "signal",
                "priority",
                "source",
                "reason",
                "sounder",
                "queue",
            )
        }


def test_every_query_of_the_dashboard_names_a_metric_that_exists_and_every_metric_is_on_it() -> None:
    daemon = Daemon("bed-1")
    daemon.state()["feed"]["rejected"] = {"wrong_unit": 1}
    daemon.state()["sounders"] = [{"name": "bell", "ok": True, "reason": ""}]
    known = {name for name, _ in daemon.scrape()}
    board = json.loads((ROOT / "docs/grafana-pumpd.json").read_text())
    asked: set[str] = set()
    for panel in board["panels"]:
        for target in panel["targets"]:
            named = set(re.findall(r"pumpd_\w+", target["expr"]))
            assert named, target
            assert named <= known, f"{panel['title']}: {named - known}"
            asked |= named
    assert known - asked == set()
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
