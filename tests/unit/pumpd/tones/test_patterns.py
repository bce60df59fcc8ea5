"""The bursts lie inside the ranges of facts/clinical.md 5.1, pulse by pulse."""

import pytest

from interlocks.vocabulary import Priority
from pumpd.tones.patterns import ALL, BURSTS, HERTZ, HIGH, LOW, MEDIUM, REMINDER, Burst


def gaps_ms(burst: Burst) -> list[int]:
    return [
        after.start_ms - before.end_ms for before, after in zip(burst.pulses, burst.pulses[1:], strict=False)
    ]


def melody(burst: Burst) -> str:
    return " ".join(pulse.pitch for pulse in burst.pulses)


def test_a_high_burst_is_ten_pulses_three_and_two_twice() -> None:
    """Widths 75-200 ms, spacing x 50-125 ms, 3rd to 4th 2x + td, 5th to 6th 0.35-1.30 s."""
    assert melody(HIGH) == "C5 D4 G4 C5 D4 C5 D4 G4 C5 D4"
    (width_ms,) = {pulse.width_ms for pulse in HIGH.pulses}
    assert 75 <= width_ms <= 200
    gaps = gaps_ms(HIGH)
    x = gaps[0]
    assert 50 <= x <= 125
    assert gaps == [x, x, 2 * x + width_ms, x, gaps[4], x, x, 2 * x + width_ms, x]
    assert 350 <= gaps[4] <= 1300
    assert 2500 <= HIGH.interburst_ms <= 15_000


@pytest.mark.parametrize(
    ("burst", "tones", "interburst_ms"),
    [(MEDIUM, "C5 D4 G4", (2500, 30_000)), (LOW, "E4 C4", (15_001, 60_000))],
)
def test_a_milder_burst_is_three_pulses_or_two(
    burst: Burst, tones: str, interburst_ms: tuple[int, int]
) -> None:
    """Widths and spacing 125-250 ms; interburst 2.5-30 s, and above 15 s for LOW."""
    assert melody(burst) == tones
    assert all(125 <= pulse.width_ms <= 250 for pulse in burst.pulses)
    assert all(125 <= gap <= 250 for gap in gaps_ms(burst))
    assert interburst_ms[0] <= burst.interburst_ms <= interburst_ms[1]


def test_bursts_come_every_ten_twenty_and_thirty_seconds_and_the_reminder_every_minute() -> None:
    assert [burst.repeat_ms for burst in ALL] == [10_000, 20_000, 30_000, 60_000]


def test_the_reminder_is_one_tone_which_no_alarm_is() -> None:
    assert len(REMINDER.pulses) == 1
    assert all(len(burst.pulses) > 1 for burst in BURSTS.values())
    assert set(BURSTS) == set(Priority)


def test_every_pitch_lies_between_150_and_1000_hertz_and_is_in_tune() -> None:
    semitones_from_a4 = {"C5": 3, "G4": -2, "E4": -5, "D4": -7, "C4": -9}
    for pitch, hertz in HERTZ.items():
        assert 150 <= hertz <= 1000
        assert hertz == pytest.approx(440 * 2 ** (semitones_from_a4[pitch] / 12), abs=0.001)
