"""The strip above the curves: what people saw, what was done, what the daemon demanded, and who acted, along time.

Theory of operation. Everything here is a span or an instant on the same time axis as the curves. Spans of one kind
are packed into as few rows as their names allow: a span takes the first row in which neither it nor its name would
touch the one before. What began and never ended runs to the end of watching where it stands by nature (rules,
alarms, the word); a blow without an end is an instant.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hil_sim.bench.recording import Happening, Recording
from hil_sim.bench.svg import Scale, clock_words, rect, text

ROW = 17.0
_BAR = 13.0
_CHARACTER_PX = 5.9
_BOLD_PX = 7.2
_GAP_PX = 5.0
#: Rows of one kind beyond this are left to the list below the picture.
_MOST_ROWS = 8
_WORDS = "daemon shows"


@dataclass(frozen=True, slots=True)
class Bar:
    """A span (or an instant: `end_s` None) with its name."""

    begin_s: float
    end_s: float | None
    name: str
    css: str

    @property
    def tip(self) -> str:
        until = f" to {clock_words(self.end_s)}" if self.end_s is not None else ""
        return f"{self.name}, {clock_words(self.begin_s)}{until}"


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    heading: str
    rows: tuple[tuple[Bar, ...], ...]
    left_out: int

    @property
    def height(self) -> float:
        return ROW * len(self.rows)


def groups(seen: Recording, x: Scale) -> list[Group]:
    """The strip's groups from top to bottom; those with nothing in them are left out."""
    made = [
        # One word after the other: always one row; where a span is too short for its name, its colour says it.
        Group(_WORDS, (tuple(words(seen)),) if any(seen.of("word")) else (), 0),
        _packed("done to it", done(seen), x),
        _packed("rules", rules(seen), x),
        _packed("alarms", alarms(seen), x),
        _packed("people", people(seen), x),
    ]
    return [group for group in made if group.rows]


def words(seen: Recording) -> list[Bar]:
    shown = list(seen.of("word", "crash"))
    ends = [one.t_s for one in shown[1:]] + [seen.until_s]
    return [
        Bar(one.t_s, end_s, one.name, f"w-{_css(one.name)}")
        for one, end_s in zip(shown, ends, strict=True)
        if one.kind == "word"
    ]


def done(seen: Recording) -> list[Bar]:
    """Faults and events, each to its end where it has one, and the deaths and births of the daemon."""
    bars: list[Bar] = []
    overs = list(seen.of("fault_over"))
    for one in seen.of("event", "fault", "crash", "start"):
        if one.kind in ("crash", "start"):
            if one.kind == "crash" or one.t_s > 0.0:
                bars.append(Bar(one.t_s, None, f"daemon {one.kind}", f"d-{one.kind}"))
            continue
        over = next((each for each in overs if each.name == one.name and each.t_s >= one.t_s), None)
        if over is not None:
            overs.remove(over)
        bars.append(Bar(one.t_s, over.t_s if over else _until(one, seen), _named(one), f"d-{one.kind}"))
    return bars


def _until(one: Happening, seen: Recording) -> float | None:
    """Something with a length that had not ended when watching did."""
    return seen.until_s if one.detail.get("for_s") else None


def _named(one: Happening) -> str:
    values = " ".join(
        f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in one.detail.items()
        if key not in ("for_s", "over_s")
    )
    return f"{one.name} {values}" if values and len(values) <= 24 else one.name


def rules(seen: Recording) -> list[Bar]:
    return _spans(
        seen, "rule", lambda one: str(one.detail["demand"]), lambda one, state: f"{one.name} {state}", "r"
    )


def alarms(seen: Recording) -> list[Bar]:
    return _spans(
        seen,
        "alarm",
        lambda one: "" if one.detail["phase"] == "end" else str(one.detail["priority"]),
        lambda one, state: one.name,
        "a",
    )


def people(seen: Recording) -> list[Bar]:
    """What people did, and where they were refused."""
    bars = [Bar(one.t_s, None, one.name, "p-act") for one in seen.of("operator")]
    refused = [one for one in seen.of("answer") if one.detail["stage"] == "refused"]
    return sorted(
        bars + [Bar(one.t_s, None, f"{one.name} refused", "p-refused") for one in refused],
        key=lambda bar: bar.begin_s,
    )


def _spans(
    seen: Recording,
    kind: str,
    state_of: Callable[[Happening], str],
    name_of: Callable[[Happening, str], str],
    css: str,
) -> list[Bar]:
    """What stands from one change to the next, by name; "" is nothing."""
    standing: dict[str, tuple[Happening, str]] = {}
    bars: list[Bar] = []

    def close(name: str, end_s: float) -> None:
        one, state = standing.pop(name)
        bars.append(Bar(one.t_s, end_s, name_of(one, state), f"{css}-{_css(state)}"))

    for one in seen.of(kind):
        state = state_of(one)
        if one.name in standing and standing[one.name][1] != state:
            close(one.name, one.t_s)
        if state and one.name not in standing:
            standing[one.name] = (one, state)
    for name in list(standing):
        close(name, seen.until_s)
    return sorted(bars, key=lambda bar: bar.begin_s)


def _css(state: str) -> str:
    return "".join(letter for letter in state.lower() if letter.isalnum() or letter == "-")


def _fits(bar: Bar, width: float) -> bool:
    """The name can stand inside its bar."""
    return len(bar.name) * _BOLD_PX + 6.0 <= width


def _reach(bar: Bar, x: Scale) -> tuple[float, float]:
    """From where to where a bar and its name take place, px; at the right edge the name stands before the bar."""
    begin, width = x(bar.begin_s), len(bar.name) * _CHARACTER_PX
    end = x(bar.end_s) if bar.end_s is not None else begin + 3.0
    if _fits(bar, end - begin):
        return begin, end
    if end + 4.0 + width > x.at_high:
        return begin - 4.0 - width, end
    return begin, end + 4.0 + width


def _packed(heading: str, bars: Iterable[Bar], x: Scale) -> Group:
    rows: list[list[Bar]] = []
    ends: list[float] = []
    left_out = 0
    for bar in bars:
        begin, end = _reach(bar, x)
        row = next((index for index, free in enumerate(ends) if free + _GAP_PX <= begin), None)
        if row is None and len(rows) == _MOST_ROWS:
            left_out += 1
        elif row is None:
            rows.append([bar])
            ends.append(end)
        else:
            rows[row].append(bar)
            ends[row] = end
    return Group(heading, tuple(map(tuple, rows)), left_out)


def draw_group(group: Group, x: Scale, top: float) -> list[str]:
    """The rows of one group, its heading at the left."""
    parts = [text(x.at_low - 8.0, top + 10.0, group.heading, "quiet", "end")]
    for index, row in enumerate(group.rows):
        for bar in row:
            parts += _draw_bar(bar, x, top + ROW * index, is_named=group.heading != _WORDS)
    if group.left_out:
        parts.append(text(x.at_high + 8.0, top + 10.0, f"and {group.left_out} more, below", "quiet"))
    return parts


def _draw_bar(bar: Bar, x: Scale, top: float, *, is_named: bool) -> list[str]:
    begin, end = x(bar.begin_s), x(bar.end_s) if bar.end_s is not None else x(bar.begin_s) + 3.0
    box = rect(begin, top, end - begin, _BAR, f"bar {bar.css}", bar.tip)
    place, _ = _reach(bar, x)
    if _fits(bar, end - begin):
        return [box, text(begin + 4.0, top + 10.0, bar.name, f"in {bar.css}-ink")]
    if not is_named:
        return [box]
    return [box, text(place if place < begin else end + 4.0, top + 10.0, bar.name, "name")]
