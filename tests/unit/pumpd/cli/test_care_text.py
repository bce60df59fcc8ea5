"""The course in a terminal, from the daemon's own summary and from strangers."""

from channel_bench import infusing
from clinic_bench import observed, ready, recovered, treated

from pumpd.cli.care_text import care_lines, checklist_lines


def test_the_checklist_is_printed_with_keys_answers_and_what_blocks() -> None:
    lines = checklist_lines(ready().shown)
    assert len(lines) == 18
    assert lines[7] == "pregnancy          no   Pregnant, or possibly pregnant? (yes forbids a start)"
    assert checklist_lines(infusing().shown) == ["this site has no checklist: the bench course"]
    assert checklist_lines({}) == ["this site has no checklist: the bench course"]


def test_the_bench_is_named_and_an_older_daemon_says_nothing() -> None:
    assert care_lines(infusing().shown) == [
        "bench course: no checklist, no prime, no observation after the end"
    ]
    assert care_lines({}) == []


def test_an_infusion_shows_step_nurse_and_what_is_due() -> None:
    bench = treated()
    bench.gave()
    lines = care_lines(bench.shown)
    assert lines[0] == "infusing, session 1 of 6, nurse nina"
    assert lines[1].startswith("next: Write down a sedation score: due in ")
    assert any(one.startswith("due: Confirm that somebody is here, in ") for one in lines)
    assert lines[-1] == "given: ondansetron 4 mg given by hand (nina)"


def test_an_observation_shows_every_slot_and_what_stands_before_the_closing() -> None:
    bench = observed()
    bench.leap(17)
    lines = care_lines(bench.shown)
    assert "due: Observe the patient, 15 min after the end, overdue by 2 min 02 s" in lines
    assert "+15 min: not taken" in lines
    assert "+60 min: to come" in lines
    assert any(one.startswith("close? the observation lasts 60 min") for one in lines)
    bench.look(13, dissociation=2)
    text = "+30 min: 125/78 mmHg, 72.0 /min, SpO2 97.0 %, MOAA/S 5, dissociation 2 (dissociation 2: needs 0)"
    assert text in care_lines(bench.shown)
    assert any(one.endswith("(recovered)") for one in care_lines(recovered().shown))


def test_what_came_over_the_wire_does_not_move_the_cursor_and_junk_is_survived() -> None:
    care = {
        "course": "clinic",
        "step": "x\x1b[2J",
        "log": [{"kind": "note", "text": "\x07"}, 3],
        "prompts": [1],
    }
    text = "\n".join(care_lines({"care": care}))
    assert "\x1b" not in text
    assert "\x07" not in text
    for junk in (None, 3, "x", [], [3], {"a": 1}):
        for key in ("series", "prompts", "observations", "close_blocked_by", "log", "checklist", "nurse"):
            care_lines({"care": {"course": "clinic", key: junk}})
            checklist_lines({"care": {"course": "clinic", key: junk}})
