"""The samples themselves, looked at as a microphone would: pulses counted, measured, and taken apart by pitch.

The analysis shares nothing with the renderer: an envelope over windows of 2 ms finds the pulses, Goertzel's algorithm
measures one frequency at a time in the middle of a pulse.
"""

import math
import wave
from array import array
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from pumpd.tones.patterns import ALL, HERTZ, HIGH, LOW, MEDIUM, REMINDER, Burst
from pumpd.tones.render import render, write

RATE_HZ = 22_050
WINDOW_MS = 2
TOLERANCE_MS = 2 * WINDOW_MS + 1


@cache
def sound(burst: Burst, bursts: int = 1) -> "array[int]":
    return render(burst, bursts)


def loudness(samples: "array[int]") -> list[float]:
    """Highest sample of each window, smoothed over a period of the lowest pitch."""
    size = RATE_HZ * WINDOW_MS // 1000
    peaks = [max(map(abs, samples[at : at + size])) for at in range(0, len(samples), size)]
    return [max(peaks[max(0, i - 1) : i + 2]) for i in range(len(peaks))]


def pulses_ms(samples: "array[int]") -> list[tuple[float, float]]:
    """Begin and end of each stretch above half the highest peak."""
    loud = loudness(samples)
    half = max(loud) / 2
    is_loud = [False, *(one > half for one in loud), False]
    edges = [i for i, (one, two) in enumerate(pairwise(is_loud)) if one is not two]
    window_ms = 1000 * (RATE_HZ * WINDOW_MS // 1000) / RATE_HZ
    return [(a * window_ms, b * window_ms) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def level(samples: "array[int]", hertz: float) -> float:
    """Amplitude of one frequency (Goertzel, Hann window)."""
    count = len(samples)
    factor = 2 * math.cos(2 * math.pi * hertz / RATE_HZ)
    one = two = 0.0
    for index, sample in enumerate(samples):
        window = 0.5 - 0.5 * math.cos(2 * math.pi * index / count)
        one, two = sample * window + factor * one - two, one
    return 4 * math.sqrt(max(one * one + two * two - factor * one * two, 0.0)) / count


def middle(samples: "array[int]", pulse: tuple[float, float]) -> "array[int]":
    """What stands between the ramps."""
    begin, end = (round(RATE_HZ * (pulse[0] + 15) / 1000), round(RATE_HZ * (pulse[1] - 15) / 1000))
    return samples[begin:end]


def test_a_high_burst_sounds_as_three_and_two_and_three_and_two() -> None:
    """facts/clinical.md 5.1: ten pulses of 75-200 ms, x 50-125 ms, 3rd-4th 2x + td, 5th-6th 0.35-1.30 s."""
    pulses = pulses_ms(sound(HIGH))
    assert len(pulses) == 10
    widths = [end - begin for begin, end in pulses]
    gaps = [after[0] - before[1] for before, after in pairwise(pulses)]
    assert all(75 <= width <= 200 for width in widths)
    x, td = gaps[0], widths[0]
    for index in (0, 1, 3, 5, 6, 8):
        assert 50 <= gaps[index] <= 125
        assert gaps[index] == pytest.approx(x, abs=TOLERANCE_MS)
    for index in (2, 7):
        assert gaps[index] == pytest.approx(2 * x + td, abs=2 * TOLERANCE_MS)
    assert 350 <= gaps[4] <= 1300


@pytest.mark.parametrize(("burst", "count"), [(MEDIUM, 3), (LOW, 2), (REMINDER, 1)])
def test_milder_bursts_have_three_two_and_one_pulses_of_125_to_250_ms(burst: Burst, count: int) -> None:
    pulses = pulses_ms(sound(burst))
    assert len(pulses) == count
    assert all(125 <= end - begin <= 250 for begin, end in pulses)
    assert all(125 <= after[0] - before[1] <= 250 for before, after in pairwise(pulses))


@pytest.mark.parametrize("burst", ALL, ids=lambda burst: burst.name)
def test_every_pulse_has_its_pitch_and_four_partials_within_15_db_of_each_other(burst: Burst) -> None:
    """Fundamental 150-1000 Hz; at least four harmonics within 300-4000 Hz (facts/clinical.md 5.1)."""
    samples = sound(burst)
    analysed: dict[str, bool] = {}
    for pulse, heard in zip(burst.pulses, pulses_ms(samples), strict=True):
        part = middle(samples, heard)
        levels = {pitch: level(part, hertz) for pitch, hertz in HERTZ.items()}
        assert max(levels, key=lambda pitch: levels[pitch]) is pulse.pitch
        if pulse.pitch in analysed:
            continue
        partials = [HERTZ[pulse.pitch] * order for order in range(1, 14)]
        inside = [level(part, hertz) for hertz in partials if 300 <= hertz <= 4000]
        strongest = max(inside)
        near = [one for one in inside if 20 * math.log10(strongest / max(one, 1e-9)) <= 15]
        assert len(near) >= 4
        assert 20 * math.log10(strongest / levels[pulse.pitch]) <= 15
        analysed[pulse.pitch] = True


@pytest.mark.parametrize("burst", ALL, ids=lambda burst: burst.name)
def test_nothing_clips_and_nothing_clicks(burst: Burst) -> None:
    samples = sound(burst)
    highest = max(map(abs, samples))
    assert 0.4 * 32_767 < highest < 0.95 * 32_767
    assert samples[0] == samples[-1] == 0
    for begin, end in pulses_ms(samples):
        rise = round(RATE_HZ * (begin - 9) / 1000), round(RATE_HZ * (end + 9) / 1000)
        assert all(abs(samples[at]) < highest / 20 for at in rise)


def test_two_bursts_begin_ten_seconds_apart_and_between_them_is_silence() -> None:
    samples = sound(HIGH, 2)
    pulses = pulses_ms(samples)
    assert len(pulses) == 20
    assert pulses[10][0] - pulses[0][0] == pytest.approx(10_000, abs=TOLERANCE_MS)
    quiet = (round(RATE_HZ * (pulses[9][1] + 20) / 1000), round(RATE_HZ * (pulses[10][0] - 20) / 1000))
    assert quiet[1] - quiet[0] > 2.5 * RATE_HZ
    assert not any(samples[quiet[0] : quiet[1]])


def test_twice_the_sample_rate_is_the_same_sound() -> None:
    fine = render(LOW, sample_rate_hz=44_100)
    assert len(fine) == pytest.approx(2 * len(sound(LOW)), abs=2)
    for half, whole in zip(pulses_ms(fine[::2]), pulses_ms(sound(LOW)), strict=True):
        assert half == pytest.approx(whole, abs=TOLERANCE_MS)


@pytest.mark.parametrize(("bursts", "rate_hz"), [(0, 22_050), (1, 8_000)])
def test_no_burst_and_another_sample_rate_are_refused(bursts: int, rate_hz: int) -> None:
    with pytest.raises(ValueError, match=f"{bursts} bursts at {rate_hz} Hz"):
        render(LOW, bursts, rate_hz)


def test_a_file_holds_exactly_the_samples(tmp_path: Path) -> None:
    path = tmp_path / "medium.wav"
    write(path, sound(MEDIUM))
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        frames = file.readframes(file.getnframes())
    read = [int.from_bytes(frames[at : at + 2], "little", signed=True) for at in range(0, len(frames), 2)]
    assert read == list(sound(MEDIUM))
