"""What a cohort's outcomes come to, as one page of Markdown; the same page is printed.

Theory of operation. Counts are of sessions unless they say alarms. A row's column is the highest demand that it reached in
a session, so a session stands once in each line. Percentages are of the sessions that were started, because who is refused
at the start is in no danger from a rule; the estimate of facts/clinical.md 3.2 is set beside them, and it is an estimate
of true peaks against true resting values, while here a cuff with an error of its own measures both.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from cohort.treatment import Outcome

DEMANDS = ("ADVISE", "SLOW", "PAUSE", "STOP")
PRIORITIES = ("high", "medium", "low")
#: facts/clinical.md 3.2, last paragraphs.
ESTIMATE = {"BP1": "27-37 %", "BP2": "22-23 %", "BP3": "4-5 %"}


def page(outcomes: Sequence[Outcome], seed: int, command: str) -> str:
    """The whole page."""
    started = [one for one in outcomes if one.outcome != "refused"]
    parts = [
        "# A simulated cohort",
        f"Written by `{command}`. {len(outcomes)} people of the population of facts/clinical.md 6.2 (seed {seed}), each"
        " 0.5 mg/kg of ketamine over 40 minutes at 2 mg/mL, cuff every 5 minutes, a nurse by the book"
        " (`tests/cohort/nurse.py`). The rules are the shipped table; the monitor measures with error and artefacts."
        " Simulation, not evidence about patients.",
    ]
    parts += ["## Ends", _ends(outcomes, started)]
    if started:
        parts += ["## Restrictions", _restrictions(started), "## Rows", _rows(started)]
        parts += ["## Against the estimate", _estimate(started)]
        parts += ["## Course", _course(started), "## Alarms", _alarms(started), "## Causes", _causes(started)]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _share(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.1f} %)" if of else str(count)


def _ends(outcomes: Sequence[Outcome], started: Sequence[Outcome]) -> str:
    refused = [one for one in outcomes if one.outcome == "refused"]
    reasons = Counter(_kind(one.because[0]) if one.because else "no reason" for one in refused)
    rows = [["sessions ordered", str(len(outcomes))]]
    rows.append(["never started", _share(len(refused), len(outcomes))])
    rows += [[f"- {reason}", str(count)] for reason, count in reasons.most_common()]
    rows.append(["started", str(len(started))])
    for word in ("completed", "stopped", "open"):
        rows.append([word, _share(sum(one.outcome == word for one in started), len(started))])
    stops = Counter(" and ".join(one.because) for one in started if one.outcome == "stopped")
    rows += [[f"- stopped by {row}", str(count)] for row, count in stops.most_common()]
    return _table(["what", "sessions"], rows)


def _kind(reason: str) -> str:
    """A refusal without this person's numbers."""
    return "".join("N" if one.isdigit() else one for one in reason).replace("NN", "N").replace("NN", "N")


def _restrictions(started: Sequence[Outcome]) -> str:
    rows = []
    for demand in DEMANDS[1:]:
        count = sum(any(reached == demand for _, reached in one.trips) for one in started)
        rows.append([f"at least one row at {demand}", _share(count, len(started))])
    untouched = sum(all(reached == "ADVISE" for _, reached in one.trips) for one in started)
    rows.append(["no restriction at all", _share(untouched, len(started))])
    return _table(["what", "sessions"], rows)


def _rows(started: Sequence[Outcome]) -> str:
    counts: dict[str, Counter[str]] = {}
    for one in started:
        for row, reached in one.trips:
            counts.setdefault(row, Counter())[reached] += 1
    order = sorted(counts, key=lambda row: (-sum(counts[row].values()), row))
    rows = [[row, *(str(counts[row][demand]) for demand in DEMANDS)] for row in order]
    return _table(["row", *(f"at most {demand}" for demand in DEMANDS)], rows)


def _estimate(started: Sequence[Outcome]) -> str:
    fired = Counter(row for one in started for row, _ in one.trips)
    said = {"BP1": "20 % over baseline", "BP2": "> 160 or > 100", "BP3": ">= 180 or >= 110"}
    rows = [[row, said[row], _share(fired[row], len(started)), ESTIMATE[row]] for row in ESTIMATE]
    return _table(["row", "meaning", "sessions here", "clinical.md 3.2"], rows)


def _course(started: Sequence[Outcome]) -> str:
    def line(name: str, value: Callable[[Outcome], float], among: Sequence[Outcome], form: str) -> list[str]:
        values = sorted(map(value, among))
        if not values:
            return [name, "-", "-", "-"]
        return [name, format(values[0], form), format(median(values), form), format(values[-1], form)]

    done = [one for one in started if one.outcome == "completed"]
    ended = [one for one in started if one.outcome != "completed"]
    rows = [
        line("minutes, completed", lambda one: one.minutes, done, ".1f"),
        line("minutes, stopped", lambda one: one.minutes, ended, ".1f"),
        line("% of the prescribed mg, completed", _percent, done, ".1f"),
        line("% of the prescribed mg, stopped", _percent, ended, ".1f"),
        line(
            "mg given beyond the prescription", lambda one: one.given_mg - one.prescribed_mg, started, ".2f"
        ),
        line("systolic above rest at the end, mmHg", lambda one: one.rise_mmhg, done, ".1f"),
    ]
    given, wanted = (
        sum(values) for values in zip(*((o.given_mg, o.prescribed_mg) for o in started), strict=True)
    )
    total = f"All together {given:.0f} of {wanted:.0f} mg prescribed ({100 * given / wanted:.1f} %)."
    return _table(["what", "least", "median", "most"], rows) + "\n\n" + total


def _percent(one: Outcome) -> float:
    return 100 * one.given_mg / one.prescribed_mg


def _alarms(started: Sequence[Outcome]) -> str:
    rows = []
    for name in (*PRIORITIES, "all"):
        counts = [
            sum(count for priority, count in one.alarms if name in (priority, "all")) for one in started
        ]
        with_any = sum(count > 0 for count in counts)
        mean = sum(counts) / len(counts)
        rows.append(
            [name, _share(with_any, len(started)), f"{mean:.2f}", f"{median(counts):g}", str(max(counts))]
        )
    return _table(["priority", "sessions with one", "mean a session", "median", "worst session"], rows)


def _causes(started: Sequence[Outcome]) -> str:
    total, sessions = Counter[str](), Counter[str]()
    for one in started:
        for cause, count in one.causes:
            total[cause] += count
            sessions[cause] += 1
    rows = [
        [cause, str(count), _share(sessions[cause], len(started))] for cause, count in total.most_common()
    ]
    return _table(["cause", "alarms begun", "sessions with one"], rows)
