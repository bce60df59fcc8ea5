"""The sequences themselves, without time or frames: what is asked, in which order, and what a wrong answer
does."""

import pytest

from drivers.contract import Motion, Outcome, Run
from drivers.new_era import turns
from drivers.new_era.codec import Reply
from drivers.new_era.turns import Ask, Ending, Proof, Refused, Turn, WrongPump

RUN = Run(26_250_000, 17_500_000)


def play(turn: Turn, *answers: str, default: str = "S") -> tuple[list[str], Ending | str]:
    """Feed the answers in turn (`letter` + text); afterwards `default`. Returns the asks and how it ended."""
    asked: list[str] = []
    remaining = list(answers)
    try:
        ask: Ask = next(turn)
        while True:
            asked.append(ask.text.decode())
            said = remaining.pop(0) if remaining else default
            ask = turn.send(Reply(0, said[0], said[1:].encode()))
    except StopIteration as end:
        return asked, end.value
    except (Refused, WrongPump) as refusal:
        return asked, str(refusal)


STOPPED_RUN = ["S5.000MH", "S", "S1.000ML", "S", "S", "SINF", "S2", "S17.50ML", "S26.25MH"]


def test_a_start_reads_everything_back_before_run_and_after() -> None:
    """Design law 5; faults rows 5, 8, 13-15."""
    after = ["I", "II0.000W0.000ML", "I17.50ML", "I2", "I26.25MH"]
    asked, ending = play(turns.run(RUN, 2), *STOPPED_RUN, *after)
    before = ["RAT", "PHN1", "VOL", "VOL17.50", "RAT26.25MH", "DIR", "SAF", "VOL", "RAT"]
    assert asked == [*before, "RUN", "DIS", "VOL", "SAF", "RAT"]
    assert isinstance(ending, Ending)
    assert ending.outcome is Outcome.CONFIRMED
    assert ending.report is not None
    assert (ending.report.motion, ending.report.rate_nl_h) == (Motion.INFUSING, 26_250_000)


@pytest.mark.parametrize(
    ("index", "answer", "reason"),
    [
        (0, "W5.000MH", "withdrawing"),
        (0, "T5.000MH", "waiting"),
        (3, "S?OOR", "VOL17.50 was answered ?OOR"),
        (4, "S?OOR", "RAT26.25MH was answered ?OOR"),
        (5, "SWDR", "direction reads back WDR"),
        (6, "S0", "watchdog reads back 0 s, not 2 s"),
        (7, "S17.50UL", "volume limit reads back 17500 nl"),
        (8, "S26.25MM", "rate reads back 1575000000 nl/h"),
        (8, "S13.12MH", "rate reads back 13120000 nl/h"),
        (8, "P26.25MH", "says P before it was started"),
    ],
)
def test_whatever_reads_back_wrong_there_is_no_run(index: int, answer: str, reason: str) -> None:
    """Faults rows 5, 8, 14, 15."""
    answers = [*STOPPED_RUN[:index], answer, *STOPPED_RUN[index + 1 :]]
    asked, ending = play(turns.run(RUN, 2), *answers)
    assert reason in str(ending)
    assert "RUN" not in asked


def test_a_paused_pump_is_stopped_first_so_that_its_program_begins_anew() -> None:
    asked, _ = play(turns.run(RUN, 2), "P5.000MH", "S", "S5.000MH", *STOPPED_RUN[1:])
    assert asked[:4] == ["RAT", "STP", "RAT", "PHN1"]


def test_a_paused_pump_that_will_not_stop_is_not_started() -> None:
    asked, ending = play(turns.run(RUN, 2), "P5.000MH", "P", "P5.000MH")
    assert "not S" in str(ending)
    assert asked == ["RAT", "STP", "RAT"]


@pytest.mark.parametrize("limit_nl", [0, 999, -5])
def test_a_limit_that_would_mean_endless_is_refused(limit_nl: int) -> None:
    asked, ending = play(turns.run(Run(26_250_000, limit_nl), 2), "S5.000MH", "S", "S1.000ML")
    assert "volume limit" in str(ending)
    assert asked[-1] == "VOL"


def test_the_limit_is_floored_to_the_pumps_unit() -> None:
    asked, _ = play(turns.run(Run(26_250_000, 17_509_999), 2), *STOPPED_RUN)
    assert "VOL17.50" in asked


@pytest.mark.parametrize("rate_nl_h", [26_251_000, 0, -1])
def test_a_rate_that_cannot_be_said_is_refused_not_rounded(rate_nl_h: int) -> None:
    asked, ending = play(turns.run(Run(rate_nl_h, 1_000_000), 2), "S5.000MH")
    assert "cannot be said" in str(ending)
    assert asked == ["RAT"]


def test_a_running_pump_gets_a_number_without_a_unit() -> None:
    asked, ending = play(turns.adjust(26_250_000), "I52.50MH", "I", "II1.000W0.000ML", "I26.25MH")
    assert asked == ["RAT", "RAT26.25", "DIS", "RAT"]
    assert isinstance(ending, Ending)
    assert ending.outcome is Outcome.CONFIRMED


@pytest.mark.parametrize("standing", ["S26.25MH", "P26.25MH"])
def test_a_pump_that_somebody_stopped_is_not_started_by_a_change_of_rate(standing: str) -> None:
    """Design law 8; faults row 15: a nurse presses STOP at the pump just before a slow-down is sent."""
    asked, ending = play(turns.adjust(13_120_000), standing)
    assert asked == ["RAT"]
    assert "only a running pump" in str(ending)


def test_a_pump_found_running_is_not_started_again() -> None:
    asked, ending = play(turns.run(RUN, 2), "I26.25MH")
    assert asked == ["RAT"]
    assert "only a halted pump" in str(ending)


def test_a_number_that_the_running_unit_cannot_hold_is_refused() -> None:
    asked, ending = play(turns.adjust(26_250_000), "I9.000UH")
    assert "runs in UH" in str(ending)
    assert asked == ["RAT"]


@pytest.mark.parametrize(
    ("readback", "outcome"),
    [("I52.50MH", Outcome.REFUSED), ("I40.00MH", Outcome.UNKNOWN), ("S26.25MH", Outcome.UNKNOWN)],
)
def test_a_changed_rate_counts_only_as_read_back(readback: str, outcome: Outcome) -> None:
    """Faults row 5."""
    _, ending = play(turns.adjust(26_250_000), "I52.50MH", "I", "II1.000W0.000ML", readback)
    assert isinstance(ending, Ending)
    assert ending.outcome is outcome


def test_a_run_that_stands_still_afterwards_is_not_confirmed() -> None:
    after = ["I", "SI0.000W0.000ML", "S17.50ML", "S2", "S26.25MH"]
    _, ending = play(turns.run(RUN, 2), *STOPPED_RUN, *after)
    assert isinstance(ending, Ending)
    assert ending.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("said", ["P", "S", "S?NA", "P?NA", "I"])
def test_a_halt_believes_the_status_and_not_the_answer_to_stp(said: str) -> None:
    """Faults row 3, 4: what STP is answered proves nothing either way."""
    proof = Proof()
    asked, ending = play(turns.halt(proof), said, "PI1.000W0.000ML", "P26.25MH")
    assert asked == ["STP", "DIS", "RAT"]
    assert isinstance(ending, Ending)
    assert ending.outcome is Outcome.CONFIRMED
    assert proof.ending is not None


def test_a_pump_that_runs_on_is_told_three_times_and_then_reported() -> None:
    """Faults row 4: STOP acknowledged, the pump still delivers."""
    running = "II1.000W0.000ML"
    asked, ending = play(turns.halt(Proof()), *["P", running] * 3)
    assert asked == ["STP", "DIS"] * 3
    assert isinstance(ending, Ending)
    assert ending.outcome is Outcome.REFUSED


READY = ["S26.59", "SINF", "S", "SRAT", "S", "SSTP", "S", "S1.000ML", "S0", "SINF"]
READBACK = ["SI0.000W0.000ML", "S26.59", "S1.000ML", "S2", "S5.000MH"]


def test_a_pump_that_is_set_up_already_is_written_nothing_that_wears_it() -> None:
    """Facts: settings go to non-volatile memory."""
    asked, ending = play(turns.configure(26_590, 2), *READY, *READBACK)
    assert [word for word in asked if word not in ("PHN1", "PHN2")] == (
        ["DIA", "DIR", "FUN", "FUN", "VOL", "PF", "DIR", "DIS", "DIA", "VOL", "SAF", "RAT"]
    )
    assert isinstance(ending, Ending)
    assert ending.outcome is Outcome.CONFIRMED


def test_what_differs_is_written_and_phase_two_stops() -> None:
    answers = [
        "S14.43",
        "S",
        "SWDR",
        "S",
        "S",
        "S?",
        "S",
        "S",
        "SRAT",
        "S",
        "S",
        "S1.000UL",
        "S",
        "S1",
        "S",
        "SINF",
    ]
    asked, ending = play(turns.configure(26_590, 2), *answers, *READBACK)
    assert [word for word in asked if len(word) > 3 or word.startswith("PF")] == (
        ["DIA26.59", "DIRINF", "PHN1", "FUNRAT", "PHN2", "FUNSTP", "PHN1", "VOLML", "PF", "PF0"]
    )
    assert isinstance(ending, Ending)
    assert ending.outcome is Outcome.CONFIRMED


@pytest.mark.parametrize("letter", "IWXTU")
def test_only_a_halted_pump_is_set_up(letter: str) -> None:
    asked, ending = play(turns.configure(26_590, 2), f"{letter}14.43")
    assert "only a halted pump" in str(ending)
    assert asked == ["DIA"]


@pytest.mark.parametrize(("index", "answer"), [(1, "S21.59"), (4, "I5.000MH")])
def test_a_set_up_that_reads_back_wrong_is_refused(index: int, answer: str) -> None:
    """Faults row 13."""
    readback = [*READBACK[:index], answer, *READBACK[index + 1 :]]
    _, ending = play(turns.configure(26_590, 2), *READY, *readback)
    assert isinstance(ending, str)


@pytest.mark.parametrize(
    ("version", "is_bound"),
    [("NE1000V3.928", True), ("NE1000X2V3.1", True), ("NE500V3.928", False), ("NE1000V2.19", False)],
)
def test_the_opening_goes_no_further_than_ver_with_a_stranger(version: str, is_bound: bool) -> None:
    """Faults row 21: nothing sent but identity."""
    asked, ending = play(turns.open_line(0, "NE1000", "3.", 2), "S", f"S{version}", *READBACK)
    if is_bound:
        assert asked == ["SAF2", "VER", "DIS", "DIA", "VOL", "SAF", "RAT"]
        assert isinstance(ending, Ending)
        assert ending.identity is not None
    else:
        assert asked == ["SAF2", "VER"]
        assert "is bound" in str(ending)


def test_a_pump_without_a_watchdog_is_not_opened() -> None:
    asked, ending = play(turns.open_line(0, "NE1000", "", 2), "S?")
    assert "SAF2 was answered ?" in str(ending)
    assert 'protocol = "basic"' in str(ending)
    assert "accepted_risk" in str(ending)
    assert asked == ["SAF2"]


# basic mode: no watchdog to arm, to read or to rest on; the program is what bounds a run


def test_without_a_watchdog_it_is_opened_by_ver_alone_and_told_as_unwatched() -> None:
    asked, ending = play(turns.open_line(0, "NE1000", "", 0), "SNE1000V2.19", *READBACK[:3], READBACK[4])
    assert asked == ["VER", "DIS", "DIA", "VOL", "RAT"]
    assert isinstance(ending, Ending)
    assert ending.report is not None
    assert ending.report.watchdog_ms == 0


def test_a_pump_found_in_safe_mode_is_not_opened_as_basic() -> None:
    asked, ending = play(turns.open_line(0, "NE1000", "", 0), "S" + turns.IN_SAFE_MODE.decode())
    assert "leave protocol out" in str(ending)
    assert asked == ["VER"]


BASIC_READY = ["S26.59", "SINF", "S", "SRAT", "SRAT", "S01", "S", "SSTP", "SSTP", "S02", "S"]


def test_without_a_watchdog_the_program_is_read_back() -> None:
    asked, ending = play(turns.configure(26_590, 0), *BASIC_READY, *READY[7:], *READBACK[:3], READBACK[4])
    assert asked[2:11] == ["PHN1", "FUN", "FUN", "PHN", "PHN2", "FUN", "FUN", "PHN", "PHN1"]
    assert isinstance(ending, Ending)


@pytest.mark.parametrize(
    ("index", "answer", "reason"),
    [
        (8, "SRAT", "phase 2 reads back RAT, and only STP bounds a run"),
        (8, "S?", "phase 2 reads back ?"),
        (9, "S03", "phase 3 is in view, not 2"),
    ],
)
def test_without_a_watchdog_a_program_that_nothing_ends_is_refused(
    index: int, answer: str, reason: str
) -> None:
    answers = [*BASIC_READY[:index], answer, *BASIC_READY[index + 1 :]]
    _, ending = play(turns.configure(26_590, 0), *answers)
    assert reason in str(ending)


def test_without_a_watchdog_no_run_starts_with_another_phase_in_view() -> None:
    asked, ending = play(turns.run(RUN, 0), *STOPPED_RUN[:6], "S03")
    assert "phase 3 is in view, not 1" in str(ending)
    assert "RUN" not in asked
    assert "SAF" not in asked
