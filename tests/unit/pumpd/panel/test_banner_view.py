"""What goes on being true is said: what is missing, what was accepted, what this is not."""

from typing import Any

import pytest
from panel_console import STATE

from pumpd.panel.banner_view import banners
from pumpd.panel.words import Words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"journal": {"ok": False, "reason": "disk full"}}, "disk full"),
        ({"pump": {"link": "down", "reason": "no answer"}}, "No pump: no answer"),
        ({"feed": {"link": "down", "reason": "refused"}}, "No monitor data: refused"),
        ({"configuration": {"hash": "a", "changed": "begun under 1, now 2"}}, "begun under 1, now 2"),
        ({"configuration": {"hash": "a", "edited": "the file was changed"}}, "the file was changed"),
        ({"feed": {"link": "up", "offline": ["monitor-1"]}}, "Offline: monitor-1"),
        ({"pump": {"link": "up", "accepted_risk": "runs on"}}, "in writing: runs on"),
        ({"sounders": [{"name": "bell", "ok": False, "reason": "gone"}]}, "Alarm sounder bell"),
        ({"care": {"course": "bench"}}, "Not for a patient"),
        ({"care": {"course": "clinic", "series": {"warnings": ["too soon"]}}}, "too soon"),
    ],
)
def test_each_has_its_sentence(changes: dict[str, Any], said: str) -> None:
    assert said in banners({**STATE, **changes}, Words("en"))


def test_when_all_is_well_nothing_is_said() -> None:
    assert banners(STATE, Words("en")) == ""
