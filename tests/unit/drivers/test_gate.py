"""The gate: default deny, a halt always passes (design law 6, 8; invariant I1: never above what was
approved)."""

import pytest

from drivers.contract import Approval
from drivers.gate import Effect, EffectKind, Gate

APPROVAL = Approval(max_rate_nl_h=26_250_000, max_volume_nl=17_500_000)
RUN = Effect(EffectKind.STARTS, "RUN")


def rate(value: int) -> Effect:
    return Effect(EffectKind.SETS_RATE, "RAT", value)


def volume(value: int) -> Effect:
    return Effect(EffectKind.SETS_VOLUME, "VOL", value)


def approved() -> Gate:
    gate = Gate()
    gate.approve(APPROVAL)
    return gate


def ready() -> Gate:
    gate = approved()
    assert gate.refusal(rate(26_250_000)) is None
    assert gate.refusal(volume(17_500_000)) is None
    return gate


@pytest.mark.parametrize("gate", [Gate(), approved(), ready()], ids=["nothing approved", "approved", "ready"])
def test_a_halt_always_passes(gate: Gate) -> None:
    assert gate.refusal(Effect(EffectKind.HALTS, "STP")) is None


@pytest.mark.parametrize("effect", [rate(0), rate(1), volume(1), RUN], ids=str)
def test_with_nothing_approved_nothing_that_adds_drug_passes(effect: Effect) -> None:
    refusal = Gate().refusal(effect)
    assert refusal is not None
    assert "nothing is approved" in refusal


@pytest.mark.parametrize("kind", [EffectKind.FORBIDDEN, EffectKind.UNKNOWN])
def test_forbidden_and_unknown_never_pass(kind: EffectKind) -> None:
    assert ready().refusal(Effect(kind, "PUR")) is not None


@pytest.mark.parametrize(
    ("value", "passes"), [(26_250_000, True), (26_250_001, False), (0, True), (-1, False)]
)
def test_a_rate_passes_up_to_the_approved_one_exactly(value: int, passes: bool) -> None:
    assert (approved().refusal(rate(value)) is None) is passes


@pytest.mark.parametrize(
    ("value", "passes"), [(17_500_000, True), (17_500_001, False), (1, True), (0, False)]
)
def test_a_volume_passes_up_to_the_approved_one_and_zero_means_endless(value: int, passes: bool) -> None:
    assert (approved().refusal(volume(value)) is None) is passes


def test_a_refusal_names_value_limit_and_unit() -> None:
    refusal = approved().refusal(rate(27_000_000))
    assert refusal == "gate: RAT sets 27000000 nl/h, approved are 26250000 nl/h"


def test_a_start_needs_a_rate_and_a_volume_that_passed() -> None:
    gate = approved()
    assert "no rate has passed" in str(gate.refusal(RUN))
    gate.refusal(rate(1))
    assert "no volume limit has passed" in str(gate.refusal(RUN))
    gate.refusal(volume(1))
    assert gate.refusal(RUN) is None


def test_one_setting_is_good_for_one_start() -> None:
    gate = ready()
    assert gate.refusal(RUN) is None
    assert gate.refusal(RUN) is not None


def test_a_refused_setting_does_not_count_for_the_start() -> None:
    gate = approved()
    gate.refusal(rate(99_000_000))
    gate.refusal(volume(1))
    assert gate.refusal(RUN) is not None


@pytest.mark.parametrize("lower", [Approval(26_249_999, 17_500_000), Approval(26_250_000, 17_499_999)])
def test_an_approval_lowered_meanwhile_stops_the_start(lower: Approval) -> None:
    gate = ready()
    gate.approve(lower)
    assert "would start" in str(gate.refusal(RUN))


@pytest.mark.parametrize("break_it", ["rescale", "forget"])
def test_another_diameter_or_a_new_line_takes_the_settings_right_to_start(break_it: str) -> None:
    gate = ready()
    if break_it == "rescale":
        assert gate.refusal(Effect(EffectKind.RESCALES, "DIA21.59")) is None
    else:
        gate.forget()
    assert gate.refusal(RUN) is not None
    assert gate.approval == APPROVAL


def test_harmless_passes_without_approval() -> None:
    assert Gate().refusal(Effect(EffectKind.HARMLESS, "DIS")) is None


@pytest.mark.parametrize(("again", "missing"), [(rate(1), "volume limit"), (volume(1), "rate")], ids=str)
@pytest.mark.parametrize("how", ["started", "rescaled", "line lost"])
def test_of_the_old_settings_neither_is_left(how: str, again: Effect, missing: str) -> None:
    """A start after one fresh setting would run with the other one out of another life."""
    gate = ready()
    if how == "started":
        assert gate.refusal(RUN) is None
    elif how == "rescaled":
        assert gate.refusal(Effect(EffectKind.RESCALES, "DIA21.59")) is None
    else:
        gate.forget()
    assert gate.refusal(again) is None
    assert f"no {missing} has passed" in str(gate.refusal(RUN))


def test_no_limit_at_all_is_refused_by_that_name() -> None:
    assert "sets 0 nl, which is no limit" in str(approved().refusal(volume(0)))
    assert "no limit" not in str(approved().refusal(volume(-1)))


def test_an_effect_without_a_number_has_zero() -> None:
    assert RUN.value == 0
