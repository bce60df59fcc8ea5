"""Bursts as sound: 16-bit samples, one channel, nothing but the standard library.

Theory of operation. A pure tone is hard to place in a room and disappears behind an air conditioner, so a pulse is its
fundamental with five harmonics; at the lowest pitch in use five of the six partials, at the highest all six, lie within
300-4000 Hz and within 15 dB of one another (facts/clinical.md 5.1 asks for four). The pulse swells and fades on half a
cosine, centred on its nominal begin and end: at those instants it stands at half its height, and it does not click. The
sum of the partials is scaled so that even if all peaked at once the sample would fit, hence nothing ever clips.
"""

import math
import sys
import wave
from array import array
from pathlib import Path

from pumpd.tones.patterns import HERTZ, Burst, Pulse

SAMPLE_RATES_HZ = (22_050, 44_100)
#: Amplitudes of the fundamental and its harmonics; the weakest is 9.1 dB below the strongest.
PARTIALS = (1.0, 0.8, 0.7, 0.55, 0.45, 0.35)
RAMP_MS = 20
LEAD_MS = 20  # of silence before the first pulse's nominal begin: room for its ramp
PEAK = 0.9  # of full scale, which no sample can exceed
FULL_SCALE = 32_767


def render(burst: Burst, bursts: int = 1, sample_rate_hz: int = SAMPLE_RATES_HZ[0]) -> "array[int]":
    """Return the samples of one burst, or of several with the silence that belongs between them.

    The first pulse begins `LEAD_MS` in; the last sample is zero.

    Raises:
        ValueError: no burst at all, or a sample rate that is not one of `SAMPLE_RATES_HZ`.
    """
    if bursts < 1 or sample_rate_hz not in SAMPLE_RATES_HZ:
        raise ValueError(f"{bursts} bursts at {sample_rate_hz} Hz: at least one, at {SAMPLE_RATES_HZ}")
    one = array("h", bytes(2 * _count(2 * LEAD_MS + burst.length_ms, sample_rate_hz)))
    for pulse in burst.pulses:
        _add(one, pulse, sample_rate_hz)
    samples = array("h")
    for index in range(bursts):
        begin = _count(index * burst.repeat_ms, sample_rate_hz)
        samples.frombytes(bytes(2 * (begin - len(samples))))
        samples.extend(one)
    return samples


def write(path: Path, samples: "array[int]", sample_rate_hz: int = SAMPLE_RATES_HZ[0]) -> None:
    """Write a wave file; a file of that name is replaced.

    Raises:
        OSError: the file cannot be written.
    """
    frames = array("h", samples)
    if sys.byteorder == "big":  # a wave file is little-endian
        frames.byteswap()
    with path.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes(frames.tobytes())


def envelope(ms: float, width_ms: float) -> float:
    """Height of a pulse, 0 to 1, at `ms` after its nominal begin."""
    return _swell(ms) * _swell(width_ms - ms)


def _swell(ms: float) -> float:
    """Half a cosine from 0 to 1 around zero."""
    share = min(max(ms / RAMP_MS + 0.5, 0.0), 1.0)
    return 0.5 - 0.5 * math.cos(math.pi * share)


def _count(ms: float, sample_rate_hz: int) -> int:
    return round(ms * sample_rate_hz / 1000)


def _add(samples: "array[int]", pulse: Pulse, sample_rate_hz: int) -> None:
    """Put a pulse where it belongs. Pulses do not overlap, so nothing is summed."""
    scale = PEAK * FULL_SCALE / sum(PARTIALS)
    turn = 2.0 * math.pi * HERTZ[pulse.pitch] / sample_rate_hz
    first = _count(LEAD_MS + pulse.start_ms - RAMP_MS / 2, sample_rate_hz)
    last = _count(LEAD_MS + pulse.end_ms + RAMP_MS / 2, sample_rate_hz)
    for index in range(first, last):
        ms = index * 1000 / sample_rate_hz - LEAD_MS - pulse.start_ms
        angle = turn * (index - first)
        tone = sum(height * math.sin(angle * order) for order, height in enumerate(PARTIALS, 1))
        samples[index] = int(scale * envelope(ms, pulse.width_ms) * tone)
