"""A claim says itself in plain words."""

import pytest

from hil_sim.bench.claims import (
    AlarmShown,
    Answered,
    Claim,
    Completed,
    Delivered,
    Ended,
    NeverFaster,
    PlungerStands,
    RuleShown,
    RulesLimited,
    Trips,
    When,
    WordShown,
)

SOON = When("bp_shift", 2, within_s=1.0)


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (RuleShown("BP3", "PAUSE", SOON), "BP3 PAUSE within 1 s after bp_shift#2"),
        (RuleShown("BP3"), "BP3"),
        (RuleShown("BP3", "", When("line_down", is_over=True)), "BP3 after line_down over"),
        (RulesLimited(("BP1", "LP1"), is_only=False), "never BP1, LP1"),
        (RulesLimited(("BP1",), is_only=True), "no rule but BP1"),
        (RulesLimited((), is_only=True), "no rule"),
        (Trips((("BP1", "SLOW"), ("BP2", "PAUSE"))), "trips: BP1 SLOW, BP2 PAUSE"),
        (Trips(()), "trips: none"),
        (WordShown("PAUSED", When(at_s=30.0, within_s=120.0)), "the word PAUSED within 2 min after 30 s"),
        (WordShown("PAUSED", When(within_s=1.0)), "the word PAUSED within 1 s of the beginning"),
        (PlungerStands(True, SOON), "the plunger stands within 1 s after bp_shift#2"),
        (PlungerStands(False, When()), "the plunger moves"),
        (
            AlarmShown("pump-lost", "high", SOON),
            "alarm pump-lost of high priority within 1 s after bp_shift#2",
        ),
        (AlarmShown("pump-lost", "", When()), "alarm pump-lost"),
        (Answered("start", "not_confirmed", "", When()), "start is answered not confirmed"),
        (
            Answered("resume", "refused", "acknowledge", SOON),
            'resume is answered refused, saying "acknowledge", within 1 s after bp_shift#2',
        ),
        (Delivered(34.65, 35.0), "34.65 to 35 mg delivered"),
        (Delivered(None, 35.0), "at most 35 mg delivered"),
        (Delivered(34.0, None), "at least 34 mg delivered"),
        (Completed(True), "the treatment is completed"),
        (Completed(False), "the treatment is not completed"),
        (Ended("stopped"), "the treatment ended stopped"),
        (NeverFaster(26.2), "the plunger never faster than 26.2 mL/h"),
    ],
)
def test_each_claim_reads_as_a_sentence(claim: Claim, words: str) -> None:
    assert claim.words() == words
