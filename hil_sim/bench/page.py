"""The pages that show what came of the stories: one for each run, and an index of all.

Theory of operation. A page is one file that needs nothing else, neither script nor network, so it can be mailed and
kept. It is read from the top: did it hold, what was claimed and seen, what it looked like over time, and everything
that happened, with times. The index answers which stories broke before it answers anything else. Whoever runs many
stories writes each page as its run ends and keeps only its row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from hil_sim.bench.plots import picture
from hil_sim.bench.recording import Happening, Recording, Unplayed
from hil_sim.bench.style import STYLE
from hil_sim.bench.svg import clock_words

#: A list longer than this is not read; the rest is counted.
MOST_HAPPENINGS = 1500
_KIND_WORDS = {"fault_over": "over", "operator": "person"}


@dataclass(frozen=True, slots=True)
class Row:
    """One story in the index.

    Attributes:
        href: its page, relative to the index; "" where there is none.
        held, claims: expectations that held, and all of them.
        said: the first one that did not hold, with what was seen; or why the story was not played.
        simulated_s, wall_s: treatment seconds played, and real seconds that took.
        delivered_mg, prescribed_mg: true dose and order.
        rules: seen in force.
    """

    title: str
    source: str
    href: str
    held: int
    claims: int
    said: str
    simulated_s: float = 0.0
    wall_s: float = 0.0
    delivered_mg: float = 0.0
    prescribed_mg: float = 0.0
    rules: tuple[str, ...] = ()
    is_played: bool = True

    @property
    def is_good(self) -> bool:
        return self.is_played and self.held == self.claims


def row_of(seen: Recording | Unplayed, href: str = "") -> Row:
    """What the index shows of one story."""
    if isinstance(seen, Unplayed):
        return Row(seen.title, seen.source, href, 0, 0, seen.why, is_played=False)
    broken = [f"{one.expectation}: {one.said}" for one in seen.verdicts if not one.passed]
    return Row(
        title=seen.title,
        source=seen.source,
        href=href,
        held=len(seen.verdicts) - len(broken),
        claims=len(seen.verdicts),
        said=broken[0] if broken else "",
        simulated_s=seen.simulated_s,
        wall_s=seen.wall_s,
        delivered_mg=seen.delivered_mg,
        prescribed_mg=seen.dose["prescribed_mg"],
        rules=tuple(seen.rules_seen()),
    )


def write_page(folder: Path, seen: Recording) -> Row:
    """Write the page of one run into `folder`, named by its source and seed, and return its row of the index.

    Raises:
        OSError: it cannot be written.
    """
    parts = PurePosixPath(seen.source).with_suffix("").parts[-2:]
    stem = "-".join(
        "".join(c if c.isalnum() or c in "_-" else "-" for c in part).strip("-") for part in parts
    )
    name = f"{stem.strip('-') or 'story'}-{seen.seed}.html"
    (folder / name).write_text(page(seen), encoding="utf-8")
    return row_of(seen, name)


def write_index(folder: Path, rows: Iterable[Row]) -> Path:
    """Write `index.html` into `folder` and return where it is.

    Raises:
        OSError: it cannot be written.
    """
    where = folder / "index.html"
    where.write_text(index(list(rows)), encoding="utf-8")
    return where


def page(seen: Recording) -> str:
    """The whole HTML document of one run; its verdicts must have been judged."""
    held = sum(verdict.passed for verdict in seen.verdicts)
    body = [
        '<p><a href="index.html">All stories</a></p>',
        f"<h1>{escape(seen.title)}</h1>",
        f"<p>{_pill(held, len(seen.verdicts), True)} <span class=quiet>{escape(seen.source)}</span></p>",
        _facts(seen),
        "<h2>Expected and seen</h2>" + _verdicts(seen),
        "<h2>Over time</h2>",
        f"<div class=wide>{picture(seen)}</div>"
        if seen.moments
        else "<p class=bad>Nothing was recorded.</p>",
        "<h2>What happened</h2>" + _happenings(seen.happenings),
    ]
    return _document(seen.title, body)


def index(rows: Sequence[Row], title: str = "Bench report") -> str:
    """The whole HTML document of the index: what broke first, then in the order of the sources."""
    ordered = sorted(rows, key=lambda row: (row.is_good, row.source, row.title))
    good = sum(row.is_good for row in rows)
    simulated_s, wall_s = sum(row.simulated_s for row in rows), sum(row.wall_s for row in rows)
    facts = {
        "stories": str(len(rows)),
        "held": str(good),
        "broken": str(sum(row.is_played and not row.is_good for row in rows)),
        "not played": str(sum(not row.is_played for row in rows)),
        "claims held": f"{sum(row.held for row in rows)} of {sum(row.claims for row in rows)}",
        "treatment time": clock_words(simulated_s),
        "took": _seconds(wall_s),
        "simulated s per wall s": _speed(simulated_s, wall_s),
    }
    heads = "".join(
        f"<th{' class=n' if is_number else ''}>{head}</th>"
        for head, is_number in (
            ("verdict", False),
            ("story", False),
            ("claims held", True),
            ("lasted", True),
            ("sim s / wall s", True),
            ("given / ordered, mg", True),
            ("rules seen", False),
        )
    )
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{_pill(good, len(rows), True)}</p>",
        _list(facts),
        "<h2>Stories</h2><div class=wide><table><thead><tr>" + heads + "</tr></thead><tbody>",
        *map(_index_row, ordered),
        "</tbody></table></div>",
    ]
    return _document(title, body)


def _index_row(row: Row) -> str:
    title = escape(row.title)
    linked = f'<a href="{escape(row.href)}">{title}</a>' if row.href else title
    said = f"<br><span class=bad>{escape(row.said)}</span>" if row.said else ""
    dose = f"{row.delivered_mg:.2f} / {row.prescribed_mg:g}" if row.is_played else ""
    cells = (
        f"<td class=k>{_pill(row.held, row.claims, row.is_played)}</td>"
        f"<td>{linked}<br><span class=quiet>{escape(row.source)}</span>{said}</td>"
        f"<td class=n>{f'{row.held} of {row.claims}' if row.is_played else ''}</td>"
        f"<td class=n>{clock_words(row.simulated_s) if row.is_played else ''}</td>"
        f"<td class=n>{_speed(row.simulated_s, row.wall_s) if row.is_played else ''}</td>"
        f"<td class=n>{dose}</td><td>{escape(', '.join(row.rules))}</td>"
    )
    return f"<tr class={'good' if row.is_good else 'bad'}>{cells}</tr>"


def _pill(held: int, claims: int, is_played: bool) -> str:
    if not is_played:
        return '<span class="pill bad">not played</span>'
    if not claims:
        return '<span class="pill none">nothing expected</span>'
    if held == claims:
        return f'<span class="pill good">\u2713 all {claims} held</span>'
    return f'<span class="pill bad">\u2717 {claims - held} of {claims} failed</span>'


def _facts(seen: Recording) -> str:
    prescribed_mg = seen.dose["prescribed_mg"]
    return _list(
        {
            "daemon": seen.daemon,
            "how": seen.mode_words,
            "seed": str(seen.seed),
            "treatment time": clock_words(seen.simulated_s),
            "took": _seconds(seen.wall_s),
            "simulated s per wall s": _speed(seen.simulated_s, seen.wall_s),
            "given (true)": f"{seen.delivered_mg:.2f} mg of {prescribed_mg:g} mg",
            "drug": f"{seen.dose['mg_per_ml']:g} mg/mL",
            "rules seen": ", ".join(seen.rules_seen()) or "none",
        }
    )


def _verdicts(seen: Recording) -> str:
    if not seen.verdicts:
        return "<p class=quiet>The story expects nothing.</p>"
    rows = "".join(
        f"<tr class={'good' if one.passed else 'bad'}>"
        f"<td class=k>{'<b class=good>✓ passed</b>' if one.passed else '<b class=bad>✗ failed</b>'}</td>"
        f"<td>{escape(one.expectation)}</td><td>{escape(one.said)}</td></tr>"
        for one in seen.verdicts
    )
    heads = "<th>verdict</th><th>expected</th><th>seen</th>"
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _happenings(happenings: Sequence[Happening]) -> str:
    told = [one for one in happenings if one.kind != "request"]
    rows = "".join(map(_happening_row, told[:MOST_HAPPENINGS]))
    rest = []
    if len(told) > MOST_HAPPENINGS:
        rest.append(f"{len(told) - MOST_HAPPENINGS} more are not listed")
    if len(told) < len(happenings):
        rest.append(f"{len(happenings) - len(told)} requests on the wire are not listed")
    end = f"<p class=quiet>{'; '.join(rest)}.</p>" if rest else ""
    heads = "<th class=n>time</th><th class=n>s</th><th>kind</th><th>what</th><th></th>"
    return f"<table class=list><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{end}"


def _happening_row(one: Happening) -> str:
    kind = _KIND_WORDS.get(one.kind, one.kind)
    return (
        f'<tr><td class="n t">{clock_words(one.t_s)}</td><td class="n t">{one.t_s:.1f}</td>'
        f'<td class=k><span class="kind k-{escape(one.kind)}">{escape(kind)}</span></td>'
        f"<td class=k>{escape(one.name)}</td><td>{escape(_told(one))}</td></tr>"
    )


def _told(one: Happening) -> str:
    """The sentence and the details in one line."""
    if one.kind == "rule":
        return str(one.detail["demand"]) or "no longer in force"
    if one.kind == "motion":
        return f"{one.detail['ml_h']:.2f} mL/h"
    return "; ".join(part for part in (one.text, _detail_words(one.detail)) if part)


def _detail_words(detail: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for key, value in detail.items():
        if isinstance(value, list | tuple):
            parts += map(str, value)
        elif value not in ("", None):
            parts.append(f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}")
    return ", ".join(parts)


def _list(facts: Mapping[str, str]) -> str:
    entries = "".join(
        f"<div><dt>{escape(key)}</dt><dd>{escape(value)}</dd></div>" for key, value in facts.items()
    )
    return f"<dl>{entries}</dl>"


def _seconds(wall_s: float) -> str:
    return f"{wall_s:.2f} s" if wall_s < 60.0 else clock_words(wall_s)


def _speed(simulated_s: float, wall_s: float) -> str:
    return f"{simulated_s / wall_s:,.0f}".replace(",", "\u202f") if wall_s > 0.0 else ""


def _document(title: str, body: Sequence[str]) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )
