from contract.crooked import fails, without
from contract.rigs.new_era import NewEraRig

from drivers.conformance.checks import all_checks
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Kind, Word
from drivers.conformance.suite import cells, conformance, marked


def test_every_check_is_made_on_every_line_it_has() -> None:
    made = cells((NewEraRig,))
    owed = [one for one in all_checks() if not one.inapplicable(NewEraRig)]
    assert len({one.name for one in made}) == len(made) == sum(len(one.media) for one in owed)
    assert [one.is_real for one in made] == sorted(one.is_real for one in made)


def test_what_does_not_apply_is_not_made_into_a_test() -> None:
    named = {one.check.name for one in cells((without(Word.SWAP),))}
    assert {one.name for one in all_checks()} - named == {
        "after_a_swap_of_cables_the_stranger_is_told_nothing"
    }


def test_real_wires_carry_the_mark_and_memory_does_not() -> None:
    by_medium = {one.medium: marked(one) for one in cells((NewEraRig,))}
    assert not by_medium[Medium.MEMORY].marks
    assert [mark.name for mark in by_medium[Medium.PTY].marks] == ["hil"]
    assert callable(conformance(NewEraRig, media=(Medium.MEMORY,)))


def test_what_is_wrong_in_the_books_fails_whatever_the_check_was_about() -> None:
    class MistakenRig(NewEraRig):
        """Its stop is a start."""

        def kind(self, frame: bytes) -> Kind:
            return Kind.START if b"STP" in frame else super().kind(frame)

    fails(MistakenRig, "a_pump_at_rest_confirms_a_halt")
