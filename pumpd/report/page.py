"""The session report: one page to read, an appendix to check it by.

Theory of operation. A report is read by somebody who was not there, often on paper, sometimes years later. So it is one
HTML file that needs nothing else: style inline, picture inline, no script, no address; a content policy in its head says
so to the browser. It begins with the result in words; every number in the picture stands in a table too; and it ends with
where it comes from and whether that record is whole. Every text out of the journal is escaped: names come from networks.
"""

from collections.abc import Sequence
from html import escape

from pumpd.core.line_volume import left_in_line_ng
from pumpd.core.units import (
    format_duration,
    format_kg,
    format_mg,
    format_mg_per_kg,
    format_mg_per_ml,
    format_rate,
)
from pumpd.drawing.trend import TONES, Mark, draw
from pumpd.report import appendix, words
from pumpd.report.picture import slow_words, trend_of
from pumpd.report.session_record import SessionRecord, Truth
from pumpd.report.tables import plain, table

NOT_A_DEVICE = "Bench and research software, not a cleared medical device."

_STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;max-width:900px;padding:24px 28px;font:14px/1.42
"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans Condensed",sans-serif;
color:#1f2933;
background:#fff;font-variant-numeric:tabular-nums}
h1{font-size:19px;margin:0;font-weight:600}
h2{font-size:14px;margin:18px 0 5px;font-weight:600}
p{margin:4px 0}
header{display:flex;justify-content:space-between;gap:24px;border-bottom:2px solid #1f2933;padding-bottom:6px}
header p{margin:0;color:#66727f;text-align:right}
.result{font-size:17px;line-height:1.35;margin:12px 0 8px}
.facts{display:grid;grid-template-columns:repeat(3,1fr);gap:2px 22px;margin:8px 0;font-size:13px}
.facts div{display:flex;gap:8px}.facts span{color:#66727f;min-width:72px}
table{border-collapse:collapse;width:100%;font-size:13px}
th{text-align:left;font-weight:600;color:#66727f;border-bottom:1px solid #66727f;
padding:2px 8px 2px 0;vertical-align:bottom}
td{border-bottom:1px solid #e3e7eb;padding:2px 8px 2px 0;vertical-align:top;overflow-wrap:break-word}
.n{text-align:right}td.n,.trips td:last-child{white-space:nowrap}
.dose th,.dose td{text-align:right;white-space:nowrap}.dose th:first-child,.dose td:first-child{text-align:left}
.dose .best{font-weight:600}
svg{display:block;margin:4px 0}
.key{columns:2;column-gap:26px;font-size:12.5px;margin:4px 0;padding:0;list-style:none}
.key li{break-inside:avoid;padding-left:24px;text-indent:-24px}
.key b{display:inline-block;width:18px;height:16px;line-height:14px;border:1px solid;border-radius:9px;text-align:center;
font-size:10.5px;text-indent:0;margin-right:6px}
.small{font-size:12px;color:#66727f}
.bad{color:#b3362c;font-weight:600}
.hash{font-family:ui-monospace,monospace;font-size:11.5px;overflow-wrap:anywhere}
.appendix table{width:auto}.appendix td,.appendix th{padding-right:16px}
@media print{@page{size:A4;margin:10mm 13mm}
body{max-width:none;padding:0;font-size:9pt}h1{font-size:13pt}.result{font-size:11.5pt;margin:6pt 0 4pt}
table,.facts{font-size:8pt}td,th{padding-top:1px;padding-bottom:1px}.facts{margin:4pt 0;gap:0 18px}
h2{font-size:9.5pt;margin:7pt 0 2pt}.key{font-size:7.6pt}.small{font-size:7.2pt}
.appendix{break-before:page}tr,svg{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def page(record: SessionRecord, truth: Truth | None = None) -> str:
    """The whole report as HTML text."""
    picture, marks = trend_of(record)
    title = f"Infusion session {record.number}, {record.channel}"
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{plain(title)}</title><style>{_STYLE}</style></head><body>",
        _header(record, title),
        f'<main><p class="result">{plain(words.headline(record))}</p>',
        _facts(record),
        "<h2>Dose</h2>",
        _dose(record, truth),
        "<h2>Interlock trips</h2>",
        _trips(record),
        "<h2>Trend</h2>",
        draw(picture),
        _key(marks),
        _small_print(record),
        f'<section class="appendix">{appendix.sections(record)}</section>',
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def _header(record: SessionRecord, title: str) -> str:
    started = f"started {words.utc(record.started_wall_ms)}" if record.is_started else "not started"
    which = f"session {record.number} of {record.sessions} in this journal"
    speed = f"<br>demonstration at {record.speed:g} times life" if record.speed != 1 else ""
    return f"<header><h1>{plain(title)}</h1><p>{plain(started)}<br>{plain(which)}{speed}</p></header>"


def _facts(record: SessionRecord) -> str:
    session = record.session
    order, programme, baseline = session.order, session.programme, session.baseline
    rows: list[tuple[str, str]] = []
    if order is not None:
        rows += [
            ("patient", order.patient),
            ("drug", f"{order.drug}, {format_mg_per_ml(order.concentration_ug_per_ml)}"),
            ("dose", f"{format_mg_per_kg(order.dose_ug_per_kg)}, {format_kg(order.weight_g)}"),
        ]
        if order.line_nl is not None:
            left = format_mg(left_in_line_ng(order.line_nl, order.concentration_ug_per_ml))
            rows.append(("left in the line", f"{left}, not flushed"))
    rows += [
        ("ordered", session.entered_by),
        ("verified", session.verified_by),
        ("started", session.started_by),
    ]
    if programme is not None:
        rows.append(("rate", f"{format_rate(programme.rate_nl_h)}, {format_duration(programme.duration_s)}"))
    rows.append(("baseline", f"{baseline.sys:g}/{baseline.dia:g} mmHg" if baseline is not None else "none"))
    rows.append(("pump", record.pump or "unknown"))
    cells = "".join(f"<div><span>{name}</span>{plain(value or words.NONE)}</div>" for name, value in rows)
    return f'<div class="facts">{cells}</div>'


def _dose(record: SessionRecord, truth: Truth | None) -> str:
    programme, amount = record.session.programme, record.given
    if programme is None:
        return "<p>No programme.</p>"
    prescribed_nl = programme.dose_ng * 1000 // programme.concentration_ug_per_ml
    columns: list[tuple[str, int, str]] = [
        ("prescribed", prescribed_nl, ""),
        ("programmed", programme.vtbi_nl, ""),
    ]
    if amount is not None:
        columns += [
            ("pump counter", amount.counter_nl, ""),
            ("given, at least", amount.low_nl, ""),
            ("best", amount.best_nl, "best"),
            ("at most", amount.high_nl, ""),
        ]
    if truth is not None:
        columns += [("sim. plunger", truth.plunger_nl, ""), ("sim. patient", truth.patient_nl, "")]

    def row(name: str, cells: Sequence[str]) -> str:
        kept = "".join(
            f'<td class="{tone}">{cell}</td>' for cell, (_, _, tone) in zip(cells, columns, strict=True)
        )
        return f"<tr><td>{name}</td>{kept}</tr>"

    heads = "".join(f"<th>{name}</th>" for name, _, _ in columns)
    volumes = [volume_nl for _, volume_nl, _ in columns]
    return (
        f'<table class="dose"><thead><tr><th>amount</th>{heads}</tr></thead><tbody>'
        + row(
            "drug", [format_mg(programme.dose_ng, 3), *(words.drug_of(one, programme) for one in volumes[1:])]
        )
        + row("volume", [words.volume(one) for one in volumes])
        + row("of prescribed", [words.share(one, programme) for one in volumes])
        + "</tbody></table>"
        + _falls(record)
    )


def _falls(record: SessionRecord) -> str:
    if record.given is None or not record.given.falls:
        return ""
    times = record.given.falls
    return f'<p class="bad">The pump\'s counter fell back {times} time{"s" if times > 1 else ""}; see the interval.</p>'


def _trips(record: SessionRecord) -> str:
    if not record.story.trips:
        return "<p>None.</p>"
    rows = [
        (
            words.clock(one.at_ms),
            one.rule,
            words.action(one),
            one.reason,
            words.reaction(one),
            words.resumed(one),
        )
        for one in record.story.trips
    ]
    shown = table(("min:s", "rule", "action", "reason", "reaction", "resumed"), rows, numeric=(0, 4))
    return f'<div class="trips">{shown}</div>'


def _key(marks: Sequence[tuple[Mark, str]]) -> str:
    items = []
    for mark, text in marks:
        colour = TONES[mark.tone]
        fill = f"background:{colour};color:#fff;border-color:{colour}" if mark.is_solid else f"color:{colour}"
        items.append(f'<li><b style="{fill}">{escape(mark.label)}</b>{plain(text)}</li>')
    return f'<ul class="key">{"".join(items)}</ul>' if items else ""


def _small_print(record: SessionRecord) -> str:
    proof = record.proof
    timed = (
        " \N{DAGGER} tripped by a timer, counted from its decision."
        if any(one.is_timed and one.reaction_ms is not None for one in record.story.trips)
        else ""
    )
    whole = "whole" if proof.is_whole else f'<span class="bad">NOT WHOLE: {plain(proof.reason)}</span>'
    return (
        f'<p class="small">Grey: standing still; pale: slowed ({slow_words()}). Solid marks: pumpd; hollow: people. '
        f"Reaction: from the arrival of the sample to the pump's readback.{timed} "
        f"Journal {plain(proof.path)}: {proof.records} records, {whole}, head {plain(proof.head_hash[:16] or 'missing')}. "
        f"{NOT_A_DEVICE}</p>"
    )
