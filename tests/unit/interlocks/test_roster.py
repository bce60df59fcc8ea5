"""What is worked out of a table once: it must name every row that an event can concern."""

from rule_scene import Scene

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.roster import TABLES_KEPT, roster_of
from interlocks.vocabulary import Signal


def test_every_row_is_found_by_each_signal_it_decides_by_and_by_no_other() -> None:
    roster = roster_of(DEFAULT_RULES)
    for signal in Signal:
        found = {DEFAULT_RULES[place].id for place in roster.concerned((signal,))}
        assert found == {rule.id for rule in DEFAULT_RULES if signal in rule.inputs}
    assert roster.concerned(Signal) == roster.judging


def test_every_timed_question_is_asked_with_the_age_limit_of_its_row_in_the_order_of_the_table() -> None:
    wanted = [(at, one, rule.max_age) for at, rule in enumerate(DEFAULT_RULES) for one in rule.timed]
    assert list(roster_of(DEFAULT_RULES).timed) == wanted
    assert roster_of(DEFAULT_RULES).ids == [rule.id for rule in DEFAULT_RULES]


def test_a_table_is_known_by_what_it_is_and_not_by_where_it_lay() -> None:
    """A table that is gone may leave its place in memory to another one."""
    for size in range(1, 2 * TABLES_KEPT):
        rules = tuple(DEFAULT_RULES[: size % len(DEFAULT_RULES) + 1])
        assert roster_of(rules).rules is rules
        assert Scene(rules).at(100).states == Scene(rules).states
        del rules
