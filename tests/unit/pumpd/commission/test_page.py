"""The report says first what is missing, lets nothing through unescaped, and needs nothing from outside."""

from pumpd.commission.limits import STOP
from pumpd.commission.measured import StepResult, Whole, judged, missing
from pumpd.commission.page import as_json, body, figure_words, lacking, number, title_of

SUBJECT = {"channel": "bed-1", "person": "<script>alert(1)</script>", "measured on": "the real line"}
STEPS = {
    "stop": StepResult("stop", figures=(judged("stop to readback, worst", 1234.0, STOP),)),
    "flow:5": StepResult("flow:5", figures=(missing("window 31 min", "%", "not computed: too short"),)),
    "host-loss": StepResult("host-loss", is_done=False, reason="broken off by a person"),
}
WANTED = ("stop", "host-loss", "flow:5", "occlusion")


def test_everything_that_keeps_it_from_a_pass_is_said_in_a_sentence_of_its_own() -> None:
    assert list(lacking(WANTED, STEPS)) == [
        "Stop time: stop to readback, worst: 1234 ms, limit 1000 ms: FAILED",
        "Stop when the host is lost: not done: broken off by a person",
        "Flow at 5 mL/h: window 31 min: none: not measured (not computed: too short)",
        "Occlusion and release: not done",
    ]


def test_the_page_begins_with_the_word_and_escapes_names() -> None:
    text = body(SUBJECT, WANTED, STEPS, Whole.FAILED, "ab" * 32)
    assert text.index("FAILED</p>") < text.index("<h2>")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "This step was not done." in text
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "What this shows" in text
    assert "ab" * 32 in text


def test_a_pass_says_what_it_was_measured_on() -> None:
    assert "Measured on the real line." in body(SUBJECT, (), {}, Whole.PASSED, "")


def test_the_same_for_a_program_names_the_steps_that_were_not_begun() -> None:
    tree = as_json(SUBJECT, WANTED, STEPS, Whole.FAILED)
    assert tree["verdict"] == "FAILED"
    assert [one["is_done"] for one in tree["steps"]] == [True, False, True, False]
    assert tree["steps"][-1]["reason"] == "was not begun"


def test_numbers_have_their_unit_and_no_minus_before_nothing() -> None:
    assert number(judged("a", -0.0001, STOP)) == "0 ms"
    assert number(missing("a", "s", "why")) == "none"
    assert (
        figure_words(judged("stop", 30.4, STOP, "10 presses"))
        == "stop: 30 ms, limit 1000 ms: passed (10 presses)"
    )


def test_each_step_has_a_title() -> None:
    assert [title_of(one) for one in WANTED] == [
        "Stop time",
        "Stop when the host is lost",
        "Flow at 5 mL/h",
        "Occlusion and release",
    ]
