"""The commissioning report: one HTML file that needs nothing else, and the same as JSON.

Theory of operation. It begins with the one word, and with everything that was not done or could not be had, because those
are what a reader must know before the figures. Then each step: what told its figures, each with limit, source and verdict,
and its pictures. It ends with what the seal shows and does not show; the seal itself is put behind by `seal`. Names and
paths come from people and files, so everything passes `plain`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pumpd.commission.measured import Figure, StepResult, Verdict, Whole
from pumpd.commission.plots import pictures
from pumpd.commission.seal import DOES_NOT_PROVE, PROVES
from pumpd.report.tables import plain, table

NOT_A_DEVICE = "Bench and research software, not a cleared medical device."
TITLES = {
    "stop": "Stop time",
    "host-loss": "Stop when the host is lost",
    "occlusion": "Occlusion and release",
}
_WORDS = {
    Whole.PASSED: "Every step was done and every limit was kept.",
    Whole.FAILED: "At least one limit was not kept. This pump on this channel must not serve.",
    Whole.INCOMPLETE: "No limit was broken, but not everything was measured. This is not a pass.",
}
_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0 auto;max-width:920px;padding:24px 28px;font:14px/1.42
"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans Condensed",sans-serif;
color:#1f2933;background:#fff;font-variant-numeric:tabular-nums}
h1{font-size:19px;margin:0;font-weight:600}h2{font-size:15px;margin:22px 0 4px;font-weight:600}
p{margin:4px 0}
header{display:flex;justify-content:space-between;gap:24px;border-bottom:2px solid #1f2933;padding-bottom:6px}
header p{margin:0;color:#66727f;text-align:right}
.word{font-size:20px;font-weight:700;margin:12px 0 2px}
.FAILED{color:#b3362c}.PASSED{color:#2f6f5e}.INCOMPLETE{color:#8a5a1f}
.facts{display:grid;grid-template-columns:repeat(2,1fr);gap:2px 22px;margin:10px 0;font-size:13px}
.facts div{display:flex;gap:8px}.facts span{color:#66727f;min-width:96px}
.facts b{font-weight:400;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:13px}
th{text-align:left;font-weight:600;color:#66727f;border-bottom:1px solid #66727f;padding:2px 8px 2px 0}
td{border-bottom:1px solid #e3e7eb;padding:2px 8px 2px 0;vertical-align:top;overflow-wrap:anywhere}
table{table-layout:fixed}.n{text-align:right}td.n,td:nth-child(4){white-space:nowrap}
th:nth-child(1){width:33%}th:nth-child(2),th:nth-child(3){width:11%}th:nth-child(4){width:12%}
td:nth-child(4),th:nth-child(4){padding-left:8px}
svg{display:block;margin:6px 0}
ul{margin:4px 0;padding-left:18px}
.small{font-size:12px;color:#66727f}.bad{color:#b3362c;font-weight:600}
.hash{font-family:ui-monospace,monospace;font-size:11.5px;overflow-wrap:anywhere;margin:2px 0}
@media print{@page{size:A4;margin:11mm 13mm}body{max-width:none;padding:0;font-size:9pt}
table,.facts{font-size:8pt}tr,svg{break-inside:avoid}h2{break-after:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def title_of(name: str) -> str:
    """Of a step, for people."""
    kind, _, rate = name.partition(":")
    return f"Flow at {rate} mL/h" if kind == "flow" else TITLES.get(kind, name)


def body(
    subject: Mapping[str, str],
    wanted: Sequence[str],
    steps: Mapping[str, StepResult],
    word: Whole,
    json_sha256: str,
) -> str:
    """The page up to where its seal begins. `subject`: what it is about, by name, in the order shown."""
    title = f"Commissioning of {subject.get('channel', '')}"
    csp = "default-src 'none'; style-src 'unsafe-inline'"
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{csp}">',
        f"<title>{plain(title)}</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{plain(title)}</h1>",
        f"<p>{plain(subject.get('made', ''))}<br>{plain(subject.get('site', ''))}</p></header>",
        f'<p class="word {word.value}">{word.value}</p><p>{_WORDS[word]} '
        f"Measured on {plain(subject.get('measured on', 'nothing'))}.</p>",
        *_lacking(wanted, steps),
        _facts(subject),
        *(part for name in wanted for part in _step(name, steps.get(name))),
        "<h2>What this shows</h2>",
        f'<p class="small">{plain(PROVES)} {plain(DOES_NOT_PROVE)} The file of the same name with the ending .json holds '
        f"the figures; its SHA-256 is {plain(json_sha256)}. {NOT_A_DEVICE}</p>",
    ]
    return "\n".join(parts)


def as_json(
    subject: Mapping[str, str], wanted: Sequence[str], steps: Mapping[str, StepResult], word: Whole
) -> dict[str, Any]:
    """The same for a program."""
    return {
        "kind": "pumpd commissioning",
        "version": 1,
        "verdict": word.value,
        "subject": dict(subject),
        "steps": [
            steps[name].as_json() if name in steps else StepResult(name, False, "was not begun").as_json()
            for name in wanted
        ],
    }


def lacking(wanted: Sequence[str], steps: Mapping[str, StepResult]) -> Iterator[str]:
    """A sentence for everything that keeps the whole from being a pass."""
    for name in wanted:
        found = steps.get(name)
        if found is None:
            yield f"{title_of(name)}: not done"
            continue
        if not found.is_done:
            yield f"{title_of(name)}: not done: {found.reason}"
        for one in found.figures:
            if one.verdict in (Verdict.FAILED, Verdict.NOT_MEASURED):
                yield f"{title_of(name)}: {figure_words(one)}"


def figure_words(one: Figure) -> str:
    """One figure as a sentence."""
    value = number(one)
    limit = f", limit {one.limit:.4g} {one.unit}" if one.limit is not None else ""
    note = f" ({one.note})" if one.note else ""
    return f"{one.name}: {value}{limit}: {one.verdict.value}{note}"


def number(one: Figure) -> str:
    """The value with its unit."""
    if one.value is None:
        return "none"
    places = {"ms": 0, "mmHg": 0, "s": 1}.get(one.unit, 3)
    return f"{round(one.value, places) + 0.0:.{places}f} {one.unit}".rstrip()  # no "-0.000"


def _lacking(wanted: Sequence[str], steps: Mapping[str, StepResult]) -> Iterator[str]:
    rows = [f"<li>{plain(one)}</li>" for one in lacking(wanted, steps)]
    if rows:
        yield f'<ul class="bad">{"".join(rows)}</ul>'


def _facts(subject: Mapping[str, str]) -> str:
    cells = "".join(
        f"<div><span>{plain(k)}</span><b>{plain(v or 'none')}</b></div>" for k, v in subject.items()
    )
    return f'<div class="facts">{cells}</div>'


def _step(name: str, found: StepResult | None) -> Iterator[str]:
    yield f"<h2>{plain(title_of(name))}: {plain(found.word if found is not None else 'not done')}</h2>"
    if found is None:
        yield "<p>This step was not done.</p>"
        return
    if not found.is_done:
        yield f'<p class="bad">Not gone through to its end: {plain(found.reason)}</p>'
    quick = "; quick, with short windows" if found.is_quick else ""
    yield f'<p class="small">{plain(found.at)}, {plain(found.by)}; figures from {plain(found.how or "nobody")}{quick}</p>'
    if found.figures:
        rows = [
            (
                one.name,
                number(one),
                f"{one.limit:.4g} {one.unit}" if one.limit is not None else "",
                one.verdict.value,
                "; ".join(part for part in (one.note, one.source) if part),
            )
            for one in found.figures
        ]
        yield table(("measurement", "value", "limit", "verdict", "of what"), rows, numeric=(1, 2))
    yield from pictures(found)
