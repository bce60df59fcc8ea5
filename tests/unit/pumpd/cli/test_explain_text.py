"""An explanation in lines: nothing missing, nothing that a terminal would obey."""

from typing import Any

from pumpd.cli.explain_text import as_text
from pumpd.cli.recorded_channel import Deed

WALL_MS = 1_795_345_200_000

SHOWN: dict[str, Any] = {
    "channel": "bed-1",
    "wall_ms": WALL_MS,
    "word": "PAUSED",
    "headline": "Paused: \x1b[31mred",
    "rate": {"programmed_nl_h": 26_200_000, "permitted_nl_h": 0, "commanded_nl_h": 0, "reported_nl_h": None},
    "restrictions": [],
    "findings": [
        {
            "rule": "PS1",
            "demand": "PAUSE",
            "priority": "high",
            "reason": "pump silent",
            "hazard": "pump unobserved",
            "source": "faults",
            "why": "It may be doing anything.",
            "since_wall_ms": WALL_MS - 90_000,
            "again_wall_ms": None,
            "present": False,
            "evidence": [],
            "acknowledged": True,
            "acknowledged_by": "",
            "releasable": True,
            "blocked_by": "",
        }
    ],
    "shadows": [],
    "holds": [],
    "alarms": [
        {
            "key": "PUMP",
            "rule": "PUMP",
            "priority": "high",
            "text": "no answer",
            "age_s": 12,
            "acknowledged": "",
            "present": False,
            "first_out": False,
        }
    ],
    "resume_blocked_by": ["no pump"],
    "restore_blocked_by": [],
    "start_blocked_by": [],
}


def text(**changes: Any) -> str:
    return as_text({**SHOWN, **changes}, WALL_MS, None, [])


def test_a_row_that_has_cleared_waits_for_a_person_and_one_without_samples_says_what_it_rests_on() -> None:
    said = text()
    assert (
        "PS1 PAUSE, high priority, since 10:58:30 (1 min 30 s before), cleared, waiting for a person" in said
    )
    assert "rests on  no sample: a clock, a flag or the pump's counter, or one of an earlier boot" in said
    assert "      seen      acknowledged\n" in said
    assert "      release   a person may release it" in said


def test_the_word_stands_once_before_its_sentence() -> None:
    assert "\nSLOWED to 50 %: because\n" in text(word="SLOWED", headline="Slowed to 50 %: because")
    assert "\nREADY: Verified, not started\n" in text(word="READY", headline="Verified, not started")


def test_a_row_that_came_back_says_when() -> None:
    row = {**SHOWN["findings"][0], "present": True, "again_wall_ms": WALL_MS - 30_000}
    assert "since 10:58:30 (1 min 30 s before), again at 10:59:30 (30 s before)" in text(findings=[row])


def test_what_stands_before_a_restore_is_told_as_what_stands_before_a_resume_is() -> None:
    said = text(resume_blocked_by=["no pump"], restore_blocked_by=["no pump", "resumed 40 s ago"])
    told = said.split("Before a person could go on\n")[1].split("\n\n")[0]
    assert told.splitlines() == ["  no pump", "  resumed 40 s ago"], "each once"


def test_what_is_empty_is_said_as_none_except_where_nobody_would_miss_it() -> None:
    said = text(resume_blocked_by=[])
    assert "Holds\n  none" in said
    assert "In the 10 minutes before\n  none" in said
    assert "Shadow rows" not in said
    assert "Before a person could go on" not in said


def test_blockers_shadows_and_alarms_that_are_over_are_told() -> None:
    said = text(shadows=[{"rule": "BP2~", "demand": "SLOW", "reason": "systolic 155 mmHg > 150 mmHg"}])
    assert "Before a person could go on\n  no pump" in said
    assert "Shadow rows, which do not act\n  BP2~ would SLOW: systolic 155 mmHg > 150 mmHg" in said
    assert "  high    PUMP: no answer (12 s old, not acknowledged, over)" in said


def test_a_terminal_obeys_nothing_of_it() -> None:
    assert "\x1b" not in text()
    deed = Deed(WALL_MS - 1_000, "ni\x1bna", "pause", "accepted\nagain")
    said = as_text(SHOWN, WALL_MS, None, [deed])
    assert "\x1b" not in said
    assert "  -0:01   ni?na      pause: accepted?again" in said


def test_a_long_outcome_is_cut_on_the_screen() -> None:
    said = as_text(SHOWN, WALL_MS, None, [Deed(WALL_MS, "dora", "order", "x" * 500)])
    assert said.endswith(" " + "x" * 97 + "...")


def test_every_line_fits_a_terminal_and_goes_on_under_its_text() -> None:
    lines = text(headline="Paused: " + "very " * 40 + "long").splitlines()
    assert max(map(len, lines)) <= 118
    (begin,) = [at for at, line in enumerate(lines) if line.startswith("PAUSED: very")]
    assert lines[begin + 1].startswith(" " * 16 + "very")
