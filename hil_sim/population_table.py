"""A population for people: tables at a width that fits, the deviations last, where the eye rests.

Theory of operation. One table per question (levels and changes by minute, times, limits, sedation, published figures).
Numbers stand right-aligned with their unit in the heading of the row; nothing is shown with more digits than the
population can carry.
"""

from collections.abc import Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table

from hil_sim.population import RETURNS
from hil_sim.population_figures import LIMITS, PERCENTILES, Figures, Spread
from hil_sim.population_published import MEASURED, Comparison

WIDTH = 118
_NAMES = {
    "c_ven_ng_ml": "venous level, ng/mL",
    "c_art_ng_ml": "arterial level, ng/mL",
    "systolic_change_mmhg": "systolic change, mmHg",
    "diastolic_change_mmhg": "diastolic change, mmHg",
    "heart_rate_change_bpm": "pulse change, beats/min",
    "dissociation_points": "dissociation, points of 100",
    "systolic_mmhg": "systolic pressure",
}
_SPREAD = ("mean", "SD", *(f"p{share}" for share in PERCENTILES))


def print_tables(figures: Figures, compared: Sequence[Comparison], out: TextIO) -> None:
    """Write every table to `out`."""
    console = Console(file=out, width=WIDTH, highlight=False)
    plan = figures.plan
    console.print(
        f"{plan.people} virtual patients (seed {plan.seed}), {plan.dose_mg_per_kg:g} mg/kg in {plan.minutes:g} min, "
        "no interlocks"
    )
    for table in (
        _by_minute(figures),
        _sedation(figures),
        _times(figures),
        _limits(figures),
        _published(compared),
    ):
        console.print(table)
    apart = [one for one in compared if not one.agrees]
    console.print(
        "Saturation falls by events of a scenario, not by the drug (6.2); rest as in 6.2, nobody left out."
    )
    console.print(f"{len(compared) - len(apart)} of {len(compared)} published figures met; deviations:")
    for one in apart or ():
        console.print(f"  {one.what}: model {_short(one.model)} {one.unit}, {one.source}: {_band(one)}")
    if not apart:
        console.print("  none")


def _table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in words:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _cells(one: Spread) -> list[str]:
    return [f"{value:.1f}" for value in (one.mean, one.sd, *one.percentiles)]


def _by_minute(figures: Figures) -> Table:
    table = _table("Levels and changes against rest", ["", "min"], _SPREAD)
    for key in next(iter(figures.at.values())):
        for index, (minute, row) in enumerate(figures.at.items()):
            is_last = index == len(figures.at) - 1
            name = _NAMES[key] if index == 0 else ""
            table.add_row(name, f"{minute:>4g}", *_cells(row[key]), end_section=is_last)
    return table


def _sedation(figures: Figures) -> Table:
    minutes = list(figures.moaas)
    table = _table(
        "Sedation: share of people with each MOAA/S, %", ["MOAA/S"], [f"{m:g} min" for m in minutes]
    )
    for score in range(5, -1, -1):
        shares = [100.0 * figures.moaas[minute][score] / figures.plan.people for minute in minutes]
        table.add_row(str(score), *(f"{share:.1f}" for share in shares))
    return table


def _times(figures: Figures) -> Table:
    table = _table(
        "Times since the start, min (of those who were ever away)", ["", "away", "not back"], _SPREAD
    )
    for key, peak in figures.peak_min.items():
        table.add_row(f"{_NAMES[key].partition(',')[0]}: highest", "", "", *_cells(peak))
    for key, back in figures.returns.items():
        cells = _cells(back.at_min) if back.at_min else ["-"] * len(_SPREAD)
        away = f"{100.0 * back.ever_away / figures.plan.people:.1f} %"
        never = f"{100.0 * back.never_back / figures.plan.people:.1f} %"
        table.add_row(RETURNS[key], away, never, *cells)
    return table


def _limits(figures: Figures) -> Table:
    # The drug alone moves saturation and breathing at no level that is reached here (facts/clinical.md 6.2).
    table = _table("Over a limit at any time", [""], ["people", "%"])
    people = figures.plan.people
    for key, count in figures.over.items():
        table.add_row(LIMITS[key][0], str(count), f"{100.0 * count / people:.1f}")
    for name, count in figures.symptoms.items():
        table.add_row(f"felt: {name}", str(count), f"{100.0 * count / people:.1f}")
    return table


def _published(compared: Sequence[Comparison]) -> Table:
    title = "Beside published figures ([V..], 3.2, 6.1, 6.2: facts/clinical.md; seed: its section 1)"
    table = _table(title, ["", "source"], ["published", "model", "verdict"])
    for one in compared:
        verdict = "agrees" if one.agrees else "DEVIATES"
        source = one.source if one.kind == MEASURED else f"{one.kind}, {one.source}"
        table.add_row(f"{one.what}, {one.unit}", source, _band(one), _short(one.model), verdict)
    return table


def _band(one: Comparison) -> str:
    if one.high >= 1000.0:
        return f"above {_short(one.low)}"
    if one.low <= -1000.0 or (one.low == 0.0 and one.published == one.high):
        return f"up to {_short(one.high)}"
    return f"{_short(one.low)} to {_short(one.high)}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) < 1 else f"{value:.1f}"
