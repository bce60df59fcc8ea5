"""The still body."""

from hil_sim.parts import StillBody


def test_a_still_body_counts_what_it_gets_and_stays_the_same() -> None:
    body = StillBody()
    before = body.vitals()
    body.advance(1.0, 500.0)
    body.advance(1.0, -100.0)

    assert body.vitals() == before
    assert body.received_nl == 400.0
