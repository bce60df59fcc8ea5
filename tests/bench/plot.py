"""The latencies of a run as an SVG: for each cell the share of crossings answered within so many microseconds.

Theory of operation. A curve of all crossings hides nothing: the median is where it meets the middle, the tail is what lies
to its right. The axis is logarithmic, since tails are.
"""

import math
from collections.abc import Mapping, Sequence

WIDE, HIGH, EDGE, GAP = 620, 190, 60, 46
COLOURS = {"pumpd": "#c0392b", "asyncio+aiomqtt": "#2471a3", "paho": "#7f8c8d"}
FIRST_US, LAST_US = 100.0, 1_000_000.0

Curves = Mapping[str, Sequence[float]]


def _x(us: float) -> float:
    share = math.log10(min(max(us, FIRST_US), LAST_US) / FIRST_US) / math.log10(LAST_US / FIRST_US)
    return EDGE + share * (WIDE - 2 * EDGE)


def _cell(title: str, curves: Curves, top: float) -> list[str]:
    drawn = [f'<text x="{EDGE}" y="{top - 6:.0f}" class="title">{title}</text>']
    for exponent in range(2, 7):
        x = _x(10.0**exponent)
        drawn.append(f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{top + HIGH:.1f}" class="grid"/>')
        word = f"{10 ** (exponent - 3):g} ms"
        drawn.append(f'<text x="{x:.1f}" y="{top + HIGH + 14:.1f}" class="tick">{word}</text>')
    for share in (0.5, 0.99):
        y = top + HIGH * (1 - share)
        drawn.append(f'<line x1="{EDGE}" y1="{y:.1f}" x2="{WIDE - EDGE}" y2="{y:.1f}" class="grid"/>')
        drawn.append(f'<text x="{EDGE - 6}" y="{y + 4:.1f}" class="share">{share * 100:g} %</text>')
    for peer, values in curves.items():
        ordered = sorted(values)
        step = max(1, len(ordered) // 400)
        kept = [(i, us) for i, us in enumerate(ordered, 1) if i % step == 0 or i == len(ordered)]
        points = " ".join(f"{_x(us):.1f},{top + HIGH * (1 - i / len(ordered)):.1f}" for i, us in kept)
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[peer]}" stroke-width="1.6"/>')
    return drawn


def svg(cells: Sequence[tuple[str, Curves]]) -> str:
    """The whole picture; one panel a cell, curves by peer, latencies in us."""
    high = EDGE + len(cells) * (HIGH + GAP)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" width="{WIDE}" height="{high}">',
        "<style>text{font:12px sans-serif}.title{font-weight:bold}.tick{text-anchor:middle}"
        ".share{text-anchor:end}.grid{stroke:#ccc;stroke-width:0.6}</style>",
        f'<rect width="{WIDE}" height="{high}" fill="white"/>',
    ]
    for place, (peer, colour) in enumerate(COLOURS.items()):
        drawn.append(f'<text x="{EDGE + 150 * place}" y="18" fill="{colour}">{peer}</text>')
    for place, (title, curves) in enumerate(cells):
        drawn.extend(_cell(title, curves, EDGE + place * (HIGH + GAP)))
    return "\n".join([*drawn, "</svg>"]) + "\n"
