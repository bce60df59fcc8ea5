"""What is known of the patient and the line at this moment: the newest sample of each signal, nothing else.

Theory of operation. Vitals are a latest-value slot per signal, never a queue (facts/faults.md F8, row 50),
so a flood of samples costs nothing and a late one cannot undo a newer one (row 55). A picture never
forgets: a silent signal keeps its last sample, and it is the age of that sample, on two clocks, that makes
it unusable. The age is the worse of what the device's stamp says and what our socket saw, so neither a
device clock running ahead (row 64) nor a broker delivering a backlog (row 47) can make an old number look
fresh.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from interlocks.vocabulary import CUFF, Sample, Signal, Stamp

_CUFF = frozenset(CUFF)


@dataclass(frozen=True, slots=True)
class Picture:
    """The newest sample per signal, in order of first appearance; at most one per signal."""

    samples: tuple[Sample, ...] = ()

    def newest(self, signal: Signal) -> Sample | None:
        """Return the newest sample of a signal, or None when it was never seen."""
        for sample in self.samples:
            if sample.signal is signal:
                return sample
        return None

    def age_ms(self, signal: Signal, now: Stamp) -> int | None:
        """Return the worse of measured age (treatment) and arrival age (link), ms; None: never seen."""
        sample = self.newest(signal)
        if sample is None:
            return None
        return max(now.ms - sample.measured_ms, now.link_ms - sample.received.link_ms)

    def age_link_ms(self, signal: Signal, now: Stamp) -> int | None:
        """Return the time since the sample arrived, link time, ms; None: never seen."""
        sample = self.newest(signal)
        return None if sample is None else now.link_ms - sample.received.link_ms

    def cuff_measured_ms(self) -> int | None:
        """Return the measured time of the newest cuff reading, which names it; None: none yet."""
        times = [sample.measured_ms for sample in self.samples if sample.signal in _CUFF]
        return max(times) if times else None


def _is_newer(sample: Sample, old: Sample) -> bool:
    """Tell whether a sample is new information.

    Measured time decides first: sequence numbers start again when a device boots, and comparing them across
    a boot would shut a rebooted monitor out. Within one instant, the sequence decides between two of one
    device.
    """
    is_twin = sample.measured_ms == old.measured_ms and sample.source == old.source
    return sample.measured_ms > old.measured_ms or (is_twin and sample.seq > old.seq)


def observe(picture: Picture, samples: Iterable[Sample]) -> Picture:
    """Return the picture with the samples that are newer than what it holds; older ones change nothing."""
    known = list(picture.samples)
    is_changed = False
    for sample in samples:
        for place, old in enumerate(known):
            if old.signal is sample.signal:
                if _is_newer(sample, old):
                    known[place] = sample
                    is_changed = True
                break
        else:
            known.append(sample)
            is_changed = True
    return Picture(tuple(known)) if is_changed else picture


def renewed(before: Picture, after: Picture) -> frozenset[Signal]:
    """Return the signals whose sample in `after` is not the one in `before`: what an event brought anew."""
    if before is after:
        return frozenset()
    return frozenset(s.signal for s in after.samples if before.newest(s.signal) != s)
