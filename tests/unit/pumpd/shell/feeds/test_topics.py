"""Topic names, and that the AsyncAPI document lists exactly them."""

import re
from pathlib import Path

import pytest

from pumpd.shell.feeds import topics

ASYNCAPI = Path(__file__).parents[5] / "docs/mqtt/asyncapi.yaml"


def test_the_document_lists_every_topic_and_no_other() -> None:
    documented = set(re.findall(r"^    address: (\S+)$", ASYNCAPI.read_text(), re.MULTILINE))
    assert documented == {
        topics.vitals("{bed}", "{device}"),
        topics.status("{bed}", "{device}"),
        topics.request("{bed}"),
        topics.state("{channel}"),
        topics.alive("{site}"),
        topics.heartbeat("{site}"),
        topics.alarm("{channel}", "key").removesuffix("key") + "{key}",
    }


def test_subscriptions_cover_all_devices_of_a_bed_and_no_other_bed() -> None:
    assert topics.vitals("bed-1") == "pumpd/v1/vitals/bed-1/+"
    assert topics.status("bed-1") == "pumpd/v1/status/bed-1/+"


@pytest.mark.parametrize(
    ("key", "level"),
    [("blood-pressure", "blood-pressure"), ("PUMP-ACT", "pump-act"), ("a/+#\0 B", "a-b"), ("ÄX", "-x")],
)
def test_an_alarm_s_key_is_one_lower_case_level_of_its_topic(key: str, level: str) -> None:
    assert topics.alarm("bed-1", key) == f"pumpd/v1/alarm/bed-1/{level}"


def test_a_topic_is_taken_apart() -> None:
    assert topics.parse("pumpd/v1/vitals/bed-1/monitor-1") == ("vitals", "bed-1", "monitor-1")
    assert topics.parse(topics.status("b", "d")) == ("status", "b", "d")


@pytest.mark.parametrize(
    "topic",
    ["", "/", "pumpd/v1/vitals/bed-1", "pumpd/v1/vitals/b/d/e", "pumpd/v2/vitals/b/d", "pumpd/v1/request/b/d",
     "PUMPD/v1/vitals/b/d", "pumpd/v1//b/d", "/pumpd/v1/vitals/b/d"],
)  # fmt: skip
def test_other_topics_mean_nothing(topic: str) -> None:
    assert topics.parse(topic) is None
