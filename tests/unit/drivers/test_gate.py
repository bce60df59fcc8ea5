"""The gate: default deny, a halt always passes (design law 6, 8; invariant I1: never above what was
approved)."""

from itertools import product

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
    assert RUN.host_limit_nl is None


def host_run(host_limit_nl: int | None) -> Effect:
    """A start of a pump that the host itself will halt."""
    return Effect(EffectKind.STARTS, "INF_START", host_limit_nl=host_limit_nl)


def rated() -> Gate:
    gate = approved()
    assert gate.refusal(rate(1)) is None
    return gate


@pytest.mark.parametrize(
    ("host_limit_nl", "passes"), [(17_500_000, True), (17_500_001, False), (1, True), (0, False), (-1, False)]
)
def test_the_hosts_own_limit_is_held_against_the_approval_like_a_set_volume(
    host_limit_nl: int, passes: bool
) -> None:
    assert (rated().refusal(host_run(host_limit_nl)) is None) is passes


def test_a_refused_host_limit_names_value_limit_and_unit() -> None:
    refusal = rated().refusal(host_run(17_500_001))
    assert refusal == "gate: INF_START would start with 17500001 nl, approved are 1 to 17500000 nl"


def test_a_host_limit_is_good_for_its_own_start_alone() -> None:
    gate = rated()
    assert gate.refusal(host_run(1)) is None
    assert gate.refusal(rate(1)) is None
    assert "no volume limit has passed" in str(gate.refusal(host_run(None)))


def test_a_refused_start_leaves_no_volume_behind() -> None:
    gate = rated()
    assert gate.refusal(host_run(17_500_001)) is not None
    assert "no volume limit has passed" in str(gate.refusal(RUN))


def test_a_host_limit_cannot_stand_for_the_rate() -> None:
    assert "no rate has passed" in str(approved().refusal(host_run(1)))


@pytest.mark.parametrize("kind", [EffectKind.SETS_RATE, EffectKind.SETS_VOLUME, EffectKind.HARMLESS])
def test_a_host_limit_on_anything_but_a_start_is_no_volume(kind: EffectKind) -> None:
    gate = approved()
    gate.refusal(Effect(kind, "any", 1, host_limit_nl=1))
    missing = "no volume limit has passed" if kind is EffectKind.SETS_RATE else "no rate has passed"
    assert missing in str(gate.refusal(RUN))


AROUND = (None, -1, 0, 1, 9, 10, 11)
APPROVALS = (None, Approval(10, 10), Approval(9, 10), Approval(10, 9), Approval(0, 0))


@pytest.mark.parametrize(("earlier", "now"), list(product(APPROVALS[:2], APPROVALS)))
def test_every_start_there_is_passes_exactly_when_all_its_numbers_are_approved(
    earlier: Approval | None, now: Approval | None
) -> None:
    """I1, exhaustively: approval then and now x rate x volume set x host's limit, against the rule said anew."""
    for rate_nl_h, volume_nl, host_nl in product(AROUND, AROUND, AROUND):
        gate = Gate()
        if earlier is not None:
            gate.approve(earlier)
        has_rate = rate_nl_h is not None and gate.refusal(rate(rate_nl_h)) is None
        has_volume = volume_nl is not None and gate.refusal(volume(volume_nl)) is None
        if now is not None:
            gate.approve(now)
        force = now or earlier
        bounds = ([volume_nl] if has_volume else []) + ([] if host_nl is None else [host_nl])
        may = (
            force is not None
            and has_rate
            and rate_nl_h is not None
            and rate_nl_h <= force.max_rate_nl_h
            and len(bounds) > 0
            and all(bound is not None and 1 <= bound <= force.max_volume_nl for bound in bounds)
        )
        case = (earlier, now, rate_nl_h, volume_nl, host_nl)
        assert gate.refusal(Effect(EffectKind.HALTS, "STP", host_limit_nl=host_nl)) is None, case
        assert (gate.refusal(host_run(host_nl)) is None) is may, case
        if may:
            assert gate.refusal(host_run(host_nl)) is not None, case
