"""A session in words."""

from pathlib import Path

import pytest
from channel_bench import POLICY, Bench, infusing, verified
from session_journal import rows_of, write

from pumpd.report import words
from pumpd.report.gather import gather
from pumpd.report.session_record import Trip


def headline(bench: Bench, tmp_path: Path) -> str:
    path = write(tmp_path / "j.db", {"bed-1": rows_of(bench.events, POLICY)})
    return words.headline(gather(path, lambda _: POLICY))


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0:00"), (677_999, "11:17"), (-314_000, "\N{MINUS SIGN}5:14"), (-999, "0:00"), (None, words.NONE)],
)
def test_times_are_minutes_and_seconds_from_the_start(ms: int | None, text: str) -> None:
    assert words.clock(ms) == text


def test_tenths_where_a_second_is_long() -> None:
    assert [words.fine_clock(one) for one in (676_593, -50, -1_250)] == [
        "11:16.5",
        "0:00.0",
        "\N{MINUS SIGN}0:01.2",
    ]


def test_wall_time_is_utc_and_an_unknown_one_is_said() -> None:
    assert words.utc(1_795_345_200_000) == "2026-11-22 11:00:00 UTC"
    assert words.utc(0) == "unknown"


@pytest.mark.parametrize(
    ("effect", "reaction_ms", "is_timed", "text"),
    [
        ("halted", 12, False, "12 ms"),
        ("halted", 12, True, "12 ms \N{DAGGER}"),
        ("already", None, False, "already in effect"),
        ("not seen", None, False, "not seen"),
        ("", None, False, words.NONE),
    ],
)
def test_a_reaction_is_a_number_or_a_reason(
    effect: str, reaction_ms: int | None, is_timed: bool, text: str
) -> None:
    trip = Trip(0, "BP2", "PAUSE", "high", "", (), is_timed, reaction_ms, effect)
    assert words.reaction(trip) == text


def test_who_resumed_is_said_and_nobody_too() -> None:
    assert (
        words.resumed(Trip(0, "BP2", "PAUSE", "high", "", (), resumed_by="nina", resumed_at_ms=61_000))
        == "nina, 1:01"
    )
    assert words.resumed(Trip(0, "BP2", "PAUSE", "high", "", ())) == "nobody"
    assert words.resumed(Trip(0, "BP3", "STOP", "high", "", ())) == words.NONE


def test_a_stopped_session_says_by_whom_and_how_much(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(59)
    bench.stop()
    bench.advance(1)
    said = headline(bench, tmp_path)
    assert said.startswith("Stopped by nina: 0.8")
    assert said.endswith(
        " mg of 35 mg ketamine given in 1 min 0 s (programmed 40 min 5 s). No limit was crossed."
    )


def test_a_session_a_rule_stopped_names_the_rule(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(5)
    bench.line(460)
    bench.line(470)
    assert headline(bench, tmp_path).startswith("Stopped by rule LP2: ")


def test_a_running_session_is_not_called_complete(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(9)
    assert headline(bench, tmp_path).startswith("Not ended where the record ends: ")


def test_a_trip_whose_effect_nobody_saw_is_the_headline(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(9)
    bench.pump.is_deaf = True
    bench.cuff(186, 92)
    assert headline(bench, tmp_path).endswith(
        "2 interlock trips; for BP2, BP3 no pump report shows the effect."
    )


def test_an_order_that_was_never_started_gave_nothing(tmp_path: Path) -> None:
    bench = verified()
    assert headline(bench, tmp_path) == "Never started: 35 mg ketamine was ordered, nothing given."
