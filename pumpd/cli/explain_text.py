"""An explanation as text for a terminal.

Theory of operation. The order is that of the question: what was the rate, what held it there, which row was that and on
which values, what would have ended it, and what people did before. Ages and sizes are those of that instant, not of
today. Everything that came from a record is stripped of control characters.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from pumpd.cli.journal_instant import of_day, utc
from pumpd.cli.journal_verbs import TEXT_WIDTH
from pumpd.cli.recorded_channel import BEFORE_MS, Deed
from pumpd.cli.state_text import clean, duration, ml_h, rate_line

_MS_PER_S = 1000
_WIDTH = 118
_TEXT_COLUMN = 16


def as_text(shown: Mapping[str, Any], asked_ms: int, started_ms: int | None, deeds: Sequence[Deed]) -> str:
    """The whole explanation.

    Args:
        shown: as `core.explain.explain`.
        asked_ms: the instant asked about, unix ms.
        started_ms: the start that times are told from; None: none before the instant.
        deeds: what was done in the minutes before.
    """
    lines = _head(shown, asked_ms, started_ms)
    lines += _section(
        "What held the rate there (> binds)", [_restriction(one) for one in shown["restrictions"]]
    )
    lines += _section("Rows in force", [line for one in shown["findings"] for line in _finding(one, shown)])
    lines += _section(
        "Shadow rows, which do not act",
        [f"  {one['rule']} would {one['demand']}: {clean(one['reason'])}" for one in shown["shadows"]],
        is_told_empty=False,
    )
    lines += _section("Holds", [_hold(one, shown) for one in shown["holds"]])
    lines += _section("Alarms standing", [_alarm(one) for one in shown["alarms"]])
    blocked = dict.fromkeys(
        f"  {clean(one)}" for act in ("resume", "restore", "start") for one in shown[f"{act}_blocked_by"]
    )
    lines += _section("Before a person could go on", [*blocked], is_told_empty=False)
    minutes = BEFORE_MS // 60_000
    lines += _section(f"In the {minutes} minutes before", [_deed(one, asked_ms) for one in deeds])
    return "\n".join(part for line in lines for part in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    """A line that fits a terminal; what is left over stands under the text, not under the label."""
    return textwrap.wrap(line, _WIDTH, subsequent_indent=" " * _TEXT_COLUMN, break_long_words=False) or [line]


def _section(title: str, lines: list[str], *, is_told_empty: bool = True) -> list[str]:
    if not lines and not is_told_empty:
        return []
    return ["", title, *(lines or ["  none"])]


def _head(shown: Mapping[str, Any], asked_ms: int, started_ms: int | None) -> list[str]:
    decided_ms = shown["wall_ms"]
    when = f"{clean(shown['channel'])} at {utc(asked_ms)}"
    if started_ms is not None:
        when += f", {_after(asked_ms - started_ms)} after the start"
    lines = [when]
    if asked_ms - decided_ms > _MS_PER_S:
        gap = duration((asked_ms - decided_ms) // _MS_PER_S)
        lines.append(f"Nothing was recorded in the {gap} before; this is {utc(decided_ms)}")
    return [*lines, "", _headline(clean(shown["word"]), clean(shown["headline"])), f"  {rate_line(shown)}"]


def _headline(word: str, headline: str) -> str:
    """The word and its sentence, which mostly begins with it: "SLOWED to 50 %: ..."."""
    if headline.upper().startswith(word):
        return word + headline[len(word) :]
    return f"{word}: {headline}"


def _after(ms: int) -> str:
    minutes, seconds = divmod(ms // _MS_PER_S, 60)
    return f"{minutes}:{seconds:02d}"


def _restriction(one: Mapping[str, Any]) -> str:
    much = one["hold"].upper() if one["hold"] else ml_h(one["ceiling_nl_h"])
    rule = f"{one['rule']}: " if one["rule"] else ""
    return f"  {'>' if one['binding'] else ' '} {one['source']:<10} {much:<12} {clean(rule + one['reason'])}"


def _finding(one: Mapping[str, Any], shown: Mapping[str, Any]) -> list[str]:
    state = "" if one["present"] else ", cleared, waiting for a person"
    since = f"since {_when(one['since_wall_ms'], shown)}"
    if one["again_wall_ms"] is not None:
        since += f", again at {_when(one['again_wall_ms'], shown)}"
    lines = [
        f"  {one['rule']} {one['demand']}, {one['priority']} priority, {since}{state}",
        f"      says      {clean(one['reason'])}",
        f"      guards    {clean(one['hazard'])}",
        f"      because   {clean(one['why'])} ({clean(one['source'])})",
    ]
    lines += [f"      rests on  {_sample(sample)}" for sample in one["evidence"]]
    if not one["evidence"]:
        lines.append(
            "      rests on  no sample: a clock, a flag or the pump's counter, or one of an earlier boot"
        )
    by = f" by {clean(one['acknowledged_by'])}" if one["acknowledged_by"] else ""
    lines.append(f"      seen      {'acknowledged' + by if one['acknowledged'] else 'not acknowledged'}")
    release = "a person may release it" if one["releasable"] else clean(one["blocked_by"])
    return [*lines, f"      release   {release}"]


def _sample(one: Mapping[str, Any]) -> str:
    value = f"{one['value']:g} {one['unit']}".rstrip()
    suspect = ", suspect" if one["suspect"] else ""
    measured = f"measured {of_day(one['measured_wall_ms'])} by {clean(one['source'])}"
    return f"{one['words']} {value}, {measured}, {duration(one['age_ms'] // _MS_PER_S)} old{suspect}"


def _when(wall_ms: int, shown: Mapping[str, Any]) -> str:
    return f"{of_day(wall_ms)} ({duration((shown['wall_ms'] - wall_ms) // _MS_PER_S)} before)"


def _hold(one: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    since = f"since {_when(one['since_wall_ms'], shown)}"
    return f"  {one['kind']}, {since}, by {clean(one['by'])}: {clean(one['reason'])}"


def _alarm(one: Mapping[str, Any]) -> str:
    seen = f"acknowledged by {clean(one['acknowledged'])}" if one["acknowledged"] else "not acknowledged"
    over = "" if one["present"] else ", over"
    first = ", first" if one["first_out"] else ""
    return f"  {one['priority']:<7} {clean(one['key'])}: {clean(one['text'])} ({one['age_s']} s old, {seen}{over}{first})"


def _deed(one: Deed, asked_ms: int) -> str:
    before, outcome = _after(asked_ms - one.wall_ms), clean(one.outcome)
    outcome = outcome if len(outcome) <= TEXT_WIDTH else outcome[: TEXT_WIDTH - 3] + "..."
    return f"  -{before:<6} {clean(one.by):<10} {clean(one.what)}: {outcome}"
