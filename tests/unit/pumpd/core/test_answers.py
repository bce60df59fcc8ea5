"""What a person hears at once."""

from pumpd.core import actions as do
from pumpd.core.answers import accepted, refused
from pumpd.core.order import Refusal
from pumpd.core.state import ChannelState


def test_a_refusal_changes_nothing_and_gives_every_reason() -> None:
    state = ChannelState()
    after, actions = refused(state, "c1:a1", ("one", "two"))
    assert after is state
    assert actions == (do.Answer(request_id="c1:a1", stage=do.Stage.REFUSED, reasons=("one", "two")),)


def test_an_acceptance_carries_what_the_person_should_know() -> None:
    assert accepted("c1:a1") == do.Answer(request_id="c1:a1", stage=do.Stage.ACCEPTED)
    assert accepted("c1:a1", "rate 26.2 mL/h").reasons == ("rate 26.2 mL/h",)


def test_a_refused_order_carries_its_problems_beside_the_sentences() -> None:
    problem = Refusal("dose_above_hard", "dose_mg_per_kg", "dose 2 mg/kg")
    _, (answer,) = refused(ChannelState(), "c1:a1", ("one",), (problem,))
    assert isinstance(answer, do.Answer)
    assert answer.problems == (problem,)
