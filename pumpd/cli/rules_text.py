"""The interlock table as text, as Markdown and as JSON, from the rows themselves.

Theory of operation. The manual, the terminal and a machine read the same words, made by `interlocks.describe` from the rows
in force. Nothing about a row is written here by hand; only what holds for all of them is.
"""

import textwrap
from typing import Any

from interlocks.condition_words import condition_words
from interlocks.describe import asks_words, clear_words, moved_settings, stale_words, steps_words, why_words
from interlocks.rules import Rule
from interlocks.tighten import Setting, settings
from interlocks.vocabulary import Signal

_WIDTH = 118
_LABEL = 10

SHADOW = "SHADOW: evaluated and recorded, does not act"
NOT_FITTED = "not fitted on this channel: never asked"

_HEAD = """# The interlock table

<!-- Made by `pumpd rules --markdown > docs/rules.md`. Edit the rows in interlocks/catalogue, then make it again. -->

Every row in the order in which it is evaluated, with the limits that hold where a site has set none. `pumpd rules
--config FILE` prints the table in force at a site, with what the site has changed marked.

## How to read it

- A row asks one question of every new value and, where time alone can answer it, at every control cycle.
- What it demands: **ADVISE** tells people. **SLOW** is 50 % of the prescribed rate; with a second, independent cause
  25 %; with a third PAUSE. **PAUSE** stops the motor until a person resumes. **STOP** ends the session: the rest of the
  dose is void. The worst demand holds.
- A row climbs and never descends. What ends it is its clear condition, proven anew with new values, then an
  acknowledgement where the row latches, then a person. Nothing raises a rate by itself.
- "Not provably safe" counts as tripped: a value that is no number, a baseline that is missing.
- Silence never clears and never counts as good. Each row says who watches the silence of what it reads.
- A cuff reading more than 30 % from the last one, or hardly possible, is suspect: it trips and never clears.

## "Below 100 diastolic"

The source protocol says to slow "when diastolic is below 100". That is an editing slip for *above* 100
(facts/clinical.md 1.1): ketamine raises pressure, and read literally the sentence would hold for nearly every patient
before the drug starts, and never act on a dangerous 115. So BP2 acts on diastolic > 100 mmHg. The linter refuses any
low-diastolic limit of 70 mmHg or more, so the slip cannot come back.
"""

_SETTINGS_HEAD = """
## What a site may tighten

In the table `[limits]` of the configuration, by key; whole numbers only. The default is the loosest allowed. The clear
condition of the same row keeps its distance and moves along. The same keys in `[shadow]` add a twin row, its id ending in
`~`, that is evaluated and recorded and does not act.

| Key | Limit of | Unit | Rows | Default | Tightest | Step |
|---|---|---|---|---|---|---|
"""


def marks(rule: Rule, unfitted: frozenset[Signal]) -> tuple[str, ...]:
    """What sets a row apart in this table."""
    found = [SHADOW] if rule.is_shadow else []
    if rule.inputs and rule.inputs <= unfitted:
        found.append(NOT_FITTED)
    return tuple(found)


def as_text(rules: tuple[Rule, ...], unfitted: frozenset[Signal]) -> str:
    """The table for a terminal."""
    return "\n\n".join("\n".join(_text_row(rule, unfitted)) for rule in rules)


def _text_row(rule: Rule, unfitted: frozenset[Signal]) -> list[str]:
    title = f"{rule.id:<{_LABEL - 2}}{rule.cause}"
    lines = ["  ".join((title, *(f"[{mark}]" for mark in marks(rule, unfitted))))]
    for label, words in _parts(rule):
        lines += textwrap.wrap(
            words,
            _WIDTH,
            initial_indent=f"  {label:<{_LABEL}}",
            subsequent_indent=" " * (_LABEL + 2),
            break_long_words=False,
        )
    return lines


def _parts(rule: Rule) -> list[tuple[str, str]]:
    parts = [("when", condition_words(rule.when))]
    for demand, priority, question, confirm in steps_words(rule):
        own = f", when {question}" if question else ""
        parts.append((demand, f"{confirm}{own} (alarm: {priority})"))
    parts.append(("clears", clear_words(rule)))
    parts.append(("silence", stale_words(rule)))
    if rule.asks is not None:
        parts.append(("asks for", asks_words(rule.asks)))
    parts += [("guards", rule.hazard), ("from", rule.source), ("why", why_words(rule))]
    return parts


def as_markdown(rules: tuple[Rule, ...], unfitted: frozenset[Signal]) -> str:
    """The table for the manual, ending with a newline."""
    lines = [
        _HEAD + _SETTINGS_HEAD + "\n".join(_setting_row(one) for one in settings(rules)),
        "",
        "## The rows",
    ]
    for rule in rules:
        lines += ["", f"### {rule.id}: {rule.cause}", ""]
        lines += [f"**{mark}.**\n" for mark in marks(rule, unfitted)]
        for label, words in _parts(rule):
            lines += textwrap.wrap(
                f"- *{label}*: {words}",
                120,
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines) + "\n"


def _setting_row(one: Setting) -> str:
    rows = ", ".join(one.rows)
    default = str(one.default) if one.value == one.default else f"{one.default} (here {one.value})"
    return f"| `{one.key}` | {one.signal} | {one.unit} | {rows} | {default} | {one.tightest} | {one.step} |"


def as_json(rules: tuple[Rule, ...], unfitted: frozenset[Signal]) -> dict[str, Any]:
    """The table for a machine."""
    return {
        "rules": [_json_row(rule, unfitted) for rule in rules],
        "settings": [
            {
                "key": one.key,
                "unit": one.unit,
                "rows": list(one.rows),
                "value": one.value,
                "default": one.default,
                "tightest": one.tightest,
                "step": one.step,
            }
            for one in settings(rules)
        ],
    }


def _json_row(rule: Rule, unfitted: frozenset[Signal]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "cause": rule.cause,
        "when": condition_words(rule.when),
        "steps": [
            {"demand": demand, "priority": priority, "when": question, "confirmed_by": confirm}
            for demand, priority, question, confirm in steps_words(rule)
        ],
        "clears": clear_words(rule),
        "latching": rule.is_latching,
        "needs_note": rule.needs_note,
        "silence": stale_words(rule),
        "asks": asks_words(rule.asks),
        "hazard": rule.hazard,
        "source": rule.source,
        "why": why_words(rule),
        "shadow": rule.is_shadow,
        "fitted": not (rule.inputs and rule.inputs <= unfitted),
        "set_by_site": list(moved_settings(rule)),
    }
