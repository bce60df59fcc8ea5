"""Recordings written by hand, for the tests of what judges and shows them.

Theory of operation. A `Tape` takes happenings in any order; the moments follow from the motions among them: the
plunger is their integral, the patient lags it a little, the body stays as it was set. So a test writes down only
what it is about.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Any

from hil_sim.bench.recording import Happening, Moment, Recording, Verdict

FULL_ML_H = 26.2


@dataclass
class Tape:
    """A recording while it is written. `patient`: overrides of the body's fields of every moment."""

    until_s: float = 600.0
    patient: dict[str, float] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def add(self, t_s: float, kind: str, name: str, text: str = "", **detail: Any) -> "Tape":
        self.happenings.append(Happening(t_s, round(t_s * 1000), kind, name, text, detail))
        return self

    def word(self, t_s: float, word: str) -> "Tape":
        return self.add(t_s, "word", word)

    def rule(self, t_s: float, rule: str, demand: str) -> "Tape":
        return self.add(t_s, "rule", rule, demand=demand)

    def motion(self, t_s: float, ml_h: float) -> "Tape":
        return self.add(t_s, "motion", "plunger", ml_h=ml_h)

    def recording(self, title: str = "A hand-made story", source: str = "stories/hand.toml") -> Recording:
        happenings = sorted(self.happenings, key=lambda one: one.t_s)
        return Recording(
            title,
            source,
            seed=7,
            moments=self._moments(happenings),
            happenings=happenings,
            verdicts=self.verdicts,
            daemon="pumpd 0.1.0",
            mode_words="virtual",
            simulated_s=self.until_s,
            wall_s=self.until_s / 1200.0,
            dose={"mg_per_ml": 2.0, "prescribed_mg": 35.0},
        )

    def _moments(self, happenings: list[Happening]) -> list[Moment]:
        motions = [(one.t_s, float(one.detail["ml_h"])) for one in happenings if one.kind == "motion"]
        words = [(one.t_s, one.name) for one in happenings if one.kind == "word"]
        moments, plunger_ml, patient_ml, venous = [], 0.0, 0.0, 0.0
        for second in range(int(self.until_s) + 1):
            index = bisect_right(motions, (float(second), math.inf))
            ml_h = motions[index - 1][1] if index else 0.0
            shown = bisect_right(words, (float(second), "~"))
            plunger_ml += ml_h / 3600.0
            patient_ml += (plunger_ml - patient_ml) * 0.05
            venous += ml_h * 0.0035 - venous * 0.0006
            moments.append(
                Moment(
                    t_s=float(second),
                    rate_ml_h=ml_h,
                    plunger_ml=plunger_ml,
                    patient_ml=patient_ml,
                    line_mmhg=8.0 + ml_h * 0.9,
                    sys=self.patient.get("sys", 125.0),
                    dia=self.patient.get("dia", 78.0),
                    hr=self.patient.get("hr", 72.0),
                    spo2=self.patient.get("spo2", 97.0),
                    rr=14.0,
                    c_art_ng_ml=venous * 1.25,
                    c_ven_ng_ml=venous,
                    word=words[shown - 1][1] if shown else "",
                    permitted_ml_h=ml_h if shown else None,
                    commanded_ml_h=ml_h if shown else None,
                    given_low_ml=max(plunger_ml - 0.1, 0.0) if shown else None,
                    given_high_ml=plunger_ml + 0.15 if shown else None,
                )
            )
        return moments


def two_hours() -> Recording:
    """Two hours of a treatment in which pressure climbs, the line is clamped, the port is gone and the daemon dies."""
    tape = Tape(until_s=7200.0)
    tape.add(0.0, "start", "daemon", "the daemon was started")
    tape.word(2.0, "READY").word(151.0, "INFUSING").motion(150.0, FULL_ML_H)
    tape.add(150.0, "operator", "start", "nina starts", by="nina")
    tape.add(150.2, "answer", "start", "", stage="confirmed", reasons=[])
    tape.add(600.0, "event", "bp_shift", "", sys=26.0, dia=10.0, over_s=60.0)
    tape.rule(801.0, "BP1", "SLOW").word(801.0, "SLOWED").motion(801.2, FULL_ML_H / 2)
    tape.add(801.0, "alarm", "blood-pressure", "pressure is high", phase="start", priority="medium")
    tape.add(831.0, "operator", "acknowledge", "nina acknowledges", by="nina")
    tape.add(930.0, "event", "bp_shift", "", sys=14.0, dia=6.0, over_s=60.0)
    tape.rule(1011.0, "BP2", "SLOW").rule(1101.0, "BP2", "PAUSE").word(1101.0, "PAUSED").motion(1101.3, 0.0)
    tape.add(1101.0, "alarm", "blood-pressure", "pressure is very high", phase="start", priority="high")
    tape.add(1340.0, "event", "bp_shift", "", sys=-40.0, dia=-16.0, over_s=60.0)
    tape.rule(1911.0, "BP1", "").rule(1911.0, "BP2", "")
    tape.add(1911.0, "alarm", "blood-pressure", "pressure is high", phase="end", priority="high")
    tape.add(1950.0, "operator", "resume", "nina resumes", by="nina")
    tape.add(1950.1, "answer", "resume", "", stage="refused", reasons=["acknowledge BLOOD-PRESSURE first"])
    tape.add(1980.0, "operator", "resume", "nina resumes", by="nina").motion(1980.4, FULL_ML_H)
    tape.word(1980.5, "INFUSING")
    tape.add(2400.0, "fault", "line_down", "", for_s=120.0).add(2520.0, "fault_over", "line_down")
    tape.rule(2403.0, "DL2", "PAUSE").word(2403.0, "PAUSED").motion(2402.5, 0.0).rule(2521.0, "DL2", "")
    tape.add(2600.0, "operator", "resume", "nina resumes", by="nina").motion(2600.4, FULL_ML_H)
    tape.word(2600.6, "INFUSING")
    tape.add(3000.0, "crash", "crash", "the daemon was killed").motion(3004.0, 0.0)
    tape.add(3010.0, "start", "daemon", "the daemon was started").word(3012.0, "PAUSED")
    tape.add(3100.0, "operator", "resume", "nina resumes", by="nina").motion(3100.4, FULL_ML_H)
    tape.word(3100.6, "INFUSING")
    tape.add(3500.0, "event", "occlude", "", for_s=200.0).add(3700.0, "fault_over", "occlude")
    tape.rule(3572.0, "LP1", "PAUSE").word(3572.0, "PAUSED").motion(3572.2, 0.0).rule(3702.0, "LP1", "")
    tape.add(3760.0, "operator", "resume", "nina resumes", by="nina").motion(3760.4, FULL_ML_H)
    tape.word(3760.6, "INFUSING").motion(4640.0, 0.0).word(4640.4, "COMPLETED")
    whole = tape.recording("Pressure climbs, the port is gone, the daemon dies, the line occludes")
    whole.moments[:] = [_lived(one) for one in whole.moments]
    return whole


def _lived(one: Moment) -> Moment:
    """A body that follows drug and story, with the breath and the unrest of a live one."""
    t = one.t_s
    shift = _ramp(t, 600, 60, 26) + _ramp(t, 930, 60, 14) + _ramp(t, 1340, 60, -40)
    unrest = math.sin(t / 7.0) + 0.7 * math.sin(t / 41.0)
    clamped = 9.0 + 320.0 * min((t - 3500.0) / 80.0, 0.95) if 3500.0 <= t < 3700.0 else one.line_mmhg
    return replace(
        one,
        sys=125.0 + shift + one.c_ven_ng_ml * 0.07 + unrest,
        dia=78.0 + shift * 0.4 + one.c_ven_ng_ml * 0.05 + unrest * 0.6,
        hr=72.0 + one.c_ven_ng_ml * 0.06 + unrest,
        spo2=97.0 - (4.0 if 2000.0 < t < 2100.0 else 0.0) + 0.3 * math.sin(t / 13.0),
        line_mmhg=clamped + 0.8 * unrest,
    )


def _ramp(t_s: float, begin_s: float, over_s: float, by: float) -> float:
    return by * min(max((t_s - begin_s) / over_s, 0.0), 1.0)
