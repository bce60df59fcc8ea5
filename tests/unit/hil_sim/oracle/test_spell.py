"""A spell begins once, is broken at once, and has lasted only when it is longer than its bound."""

from hil_sim.oracle.spell import Spell


def test_a_spell_counts_from_its_first_beginning_until_it_is_broken() -> None:
    spell = Spell()
    assert spell.beyond(9.0, 0.0) is None
    spell.begin(1.0)
    spell.begin(2.0)
    assert spell.beyond(3.0, 2.0) is None
    assert spell.beyond(3.5, 2.0) == 2.5
    spell.end()
    assert spell.beyond(9.0, 0.0) is None


def test_what_is_noted_begins_or_breaks_it() -> None:
    spell = Spell()
    for t_s, is_so in ((1.0, True), (2.0, False), (3.0, True), (4.0, True)):
        spell.note(t_s, is_so)
    assert spell.since_s == 3.0
