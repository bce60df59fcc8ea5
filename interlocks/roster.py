"""What a table of rows asks for, worked out once: whom a new value concerns, which questions the clock alone can turn.

Theory of operation. Most events concern few rows. Which rows those are depends on the table and on nothing that happens,
so it is no part of a decision: it is derived from the rows when they are first evaluated, and remembered for as long as
that very table is. A table that is equal but another one is derived anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from interlocks.conditions import Condition
from interlocks.rules import Rule
from interlocks.situation import MaxAge, Situation
from interlocks.state import RuleState
from interlocks.vocabulary import ERROR, TRUE, Signal

#: Tables remembered; a daemon has one for each of its channels at most.
TABLES_KEPT = 64


@dataclass(frozen=True, slots=True)
class Roster:
    """What is known of a table. A row goes by its place.

    Attributes:
        rules: the table.
        ids: of its rows.
        judging: rows that decide by a value, and so by the baseline.
        by_signal: rows that decide by the value of this signal.
        timed: (place, question, its row's `max_age`) for every question that the clock alone can turn, in order.
    """

    rules: tuple[Rule, ...]
    ids: list[str]
    judging: frozenset[int]
    by_signal: dict[Signal, frozenset[int]]
    timed: tuple[tuple[int, Condition, MaxAge], ...]

    def concerned(self, signals: Iterable[Signal]) -> set[int]:
        """Return the rows that a new value of these signals concerns."""
        places: set[int] = set()
        for signal in signals:
            places |= self.by_signal.get(signal, _NONE)
        return places


_NONE: frozenset[int] = frozenset()
_KNOWN: dict[int, Roster] = {}


def roster_of(rules: tuple[Rule, ...]) -> Roster:
    """Return what is known of a table."""
    # By identity, checked: a table has hundreds of fields, and comparing them would cost more than evaluating them.
    known = _KNOWN.get(id(rules))
    if known is None or known.rules is not rules:
        if len(_KNOWN) >= TABLES_KEPT:
            _KNOWN.clear()
        known = _KNOWN[id(rules)] = _derived(rules)
    return known


def stirred_rows(roster: Roster, states: tuple[RuleState, ...], at: Situation) -> dict[int, Exception | None]:
    """Return the places of all rows that this event can concern; with what a row raised when it was asked.

    A row that is in force, counts, or judges without a baseline is concerned by every event, others by a new value of
    theirs, and by a question that the clock has turned.

    Args:
        roster: of the table.
        states: of the table; none: every row is idle.
        at: the event.
    """
    places = [place for place, state in enumerate(states) if state.demand or state.is_counting]
    stirred: dict[int, Exception | None] = dict.fromkeys(places)
    if at.baseline is None:
        stirred.update(dict.fromkeys(roster.judging))
    elif at.fresh:
        stirred.update(dict.fromkeys(roster.concerned(at.fresh)))
    for place, condition, max_age in roster.timed:
        if place in stirred:
            continue
        try:
            truth = condition.truth(at, max_age)
        except Exception as error:
            stirred[place] = error
            continue
        # STALE starts no count, so a row that only waits for a first value may rest.
        if truth is TRUE or truth is ERROR:
            stirred[place] = None
    return stirred


def _derived(rules: tuple[Rule, ...]) -> Roster:
    inputs = frozenset().union(*(rule.inputs for rule in rules))
    return Roster(
        rules,
        [rule.id for rule in rules],
        frozenset(place for place, rule in enumerate(rules) if rule.inputs),
        {
            signal: frozenset(place for place, rule in enumerate(rules) if signal in rule.inputs)
            for signal in inputs
        },
        tuple(
            (place, condition, rule.max_age) for place, rule in enumerate(rules) for condition in rule.timed
        ),
    )
