"""A site may be stricter, within bounds, and nothing else; what it only tries does not act."""

from dataclasses import replace
from math import nan

import pytest

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import AnyOf, Not, Unless
from interlocks.conditions import Over, Under
from interlocks.limits import Absolute, OfBaseline, site_limit, site_percent
from interlocks.lint import lint
from interlocks.rules import Rule
from interlocks.tighten import LINE_PRESSURE_LIMIT, Setting, disorder, settings, shadowed, tightened, unknown
from interlocks.vocabulary import Flag, Signal

SETTINGS = {one.key: one for one in settings(DEFAULT_RULES)}
ROW = {rule.id: rule for rule in DEFAULT_RULES}


def _row(rules: tuple[Rule, ...], rule_id: str) -> Rule:
    return next(rule for rule in rules if rule.id == rule_id)


@pytest.mark.parametrize("limit", [50, 75, 200, 300])
def test_a_stricter_limit_makes_a_table_fit_for_use(limit: int) -> None:
    rules = tightened(DEFAULT_RULES, {LINE_PRESSURE_LIMIT: limit})
    assert lint(rules) == ()
    assert [rule.id for rule in rules] == [rule.id for rule in DEFAULT_RULES]
    changed = [new.id for new, old in zip(rules, DEFAULT_RULES, strict=True) if new != old]
    assert changed == ([] if limit == 300 else ["LP0", "LP1", "LP2"])


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("is_tightest", [False, True], ids=["default", "tightest"])
def test_every_setting_can_be_moved_from_its_default_to_its_tightest(
    setting: Setting, is_tightest: bool
) -> None:
    """The hysteresis moves along: the linter finds every clear limit still on the safe side of its trip."""
    value = setting.tightest if is_tightest else setting.default
    rules = tightened(DEFAULT_RULES, {setting.key: value})
    assert lint(rules) == ()
    changed = [new.id for new, old in zip(rules, DEFAULT_RULES, strict=True) if new != old]
    assert changed == (list(setting.rows) if is_tightest else [])


def test_all_settings_at_their_tightest_are_a_table_too() -> None:
    rules = tightened(DEFAULT_RULES, {key: one.tightest for key, one in SETTINGS.items()})
    assert lint(rules) == ()
    assert disorder(rules) == ()


def test_the_clear_limit_keeps_its_distance() -> None:
    """facts/clinical.md 3.2, BP2: clears 10 and 5 mmHg below, wherever a site puts the limit."""
    clear = _row(tightened(DEFAULT_RULES, {"systolic_slow_mmhg": 150}), "BP2").clear.when
    assert clear is not None
    sys, dia = clear.members()
    assert isinstance(sys, Under)
    assert isinstance(dia, Under)
    assert sys.limit.hundredfold(Signal.SYS, None) == 140_00
    assert dia.limit.hundredfold(Signal.DIA, None) == 95_00


def test_what_a_site_may_move_is_listed_with_rows_bounds_and_unit() -> None:
    assert SETTINGS["systolic_slow_mmhg"] == Setting(
        "systolic_slow_mmhg", "systolic", "mmHg", ("BP2",), default=160, tightest=140, step=1, value=160
    )
    assert SETTINGS["pressure_rise_slow_percent"].signal == "systolic and diastolic"
    assert SETTINGS["pressure_rise_slow_percent"].unit == "% of baseline"
    assert SETTINGS[LINE_PRESSURE_LIMIT].rows == ("LP0", "LP1", "LP2")
    (line,) = [
        one
        for one in settings(tightened(DEFAULT_RULES, {LINE_PRESSURE_LIMIT: 200}))
        if one.key == LINE_PRESSURE_LIMIT
    ]
    assert (line.value, line.default) == (200, 300)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_bound_is_stricter_than_its_default_and_a_whole_number_of_steps(setting: Setting) -> None:
    assert setting.refusal(setting.tightest) == setting.refusal(setting.default) == ""
    sign = 1 if setting.default > setting.tightest else -1
    assert "looser" in setting.refusal(setting.default + sign * setting.step)
    assert "tighter" in setting.refusal(setting.tightest - sign * setting.step)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (
            LINE_PRESSURE_LIMIT,
            325,
            "LP0: the line pressure limit 325 mmHg is looser than the loosest allowed, 300 mmHg",
        ),
        (
            LINE_PRESSURE_LIMIT,
            25,
            "LP0: the line pressure limit 25 mmHg is tighter than the tightest allowed, 50 mmHg",
        ),
        (LINE_PRESSURE_LIMIT, 310, "LP0: the line pressure limit 310 mmHg is looser"),
        (LINE_PRESSURE_LIMIT, 210, "LP0: the line pressure limit 210 mmHg is no multiple of 25 mmHg"),
        (LINE_PRESSURE_LIMIT, True, "LP0: the line pressure limit True is not a whole number of mmHg"),
        (
            "systolic_slow_mmhg",
            161,
            "BP2: the systolic limit 161 mmHg is looser than the loosest allowed, 160 mmHg",
        ),
        ("spo2_slow_percent", 91, "SP1: the SpO2 limit 91 % is looser than the loosest allowed, 92 %"),
        ("spo2_slow_percent", 99, "SP1: the SpO2 limit 99 % is tighter than the tightest allowed, 94 %"),
        (
            "systolic_slow_mmhg",
            155.5,
            "BP2: the systolic limit 155.5 is not a whole number of mmHg",
        ),
        (
            "systolic_slow_mmhg",
            "155",
            "BP2: the systolic limit '155' is not a whole number of mmHg",
        ),
        ("systolic_slow", 150, "systolic_slow: there is no such limit; did you mean systolic_slow_mmhg"),
        ("zzz", 150, "zzz: there is no such limit; known: pressure_rise_slow_percent, "),
    ],
)
def test_any_other_limit_is_refused_with_row_value_limit_and_unit(key: str, value: int, words: str) -> None:
    """Law 10: refused with its reason, never clamped."""
    for place in (tightened, shadowed):
        with pytest.raises(ValueError) as refusal:
            place(DEFAULT_RULES, {key: value})
        assert str(refusal.value).removeprefix("shadow of ").startswith(words)


def _with(rule: Rule) -> tuple[Rule, ...]:
    return tuple(rule if old.id == rule.id else old for old in DEFAULT_RULES)


def test_a_mild_demand_may_not_begin_beyond_a_severe_one_and_both_are_named() -> None:
    """A slow limit above the pause limit of the same signal and direction would never slow."""
    loose = replace(ROW["BP2"], when=Over(Signal.SYS, site_limit("loose_mmhg", 175, tightest=140)))
    assert disorder(_with(loose)) == ()
    with pytest.raises(ValueError) as refusal:
        tightened(_with(loose), {"systolic_pause_mmhg": 170})
    assert "systolic: BP2 (SLOW above 175 mmHg) would begin beyond BP3 (PAUSE above or at 170 mmHg)" in str(
        refusal.value
    )
    tightened(_with(loose), {"systolic_pause_mmhg": 170, "loose_mmhg": 160})


def test_below_a_limit_the_order_is_the_other_way_round_and_relative_limits_are_compared_with_their_like() -> (
    None
):
    low = replace(ROW["SP1"], when=Under(Signal.SPO2, Absolute(89)))
    assert disorder(_with(low)) == ("SpO2: SP1 (SLOW below 89 %) would begin beyond SP2 (PAUSE below 90 %)",)
    rise = replace(ROW["BP3"], when=Over(Signal.SYS, OfBaseline(110)))
    (complaint, *_) = disorder(_with(rise))
    assert complaint == (
        "systolic: BP1 (SLOW above or at 120 % of baseline) would begin beyond BP3 (PAUSE above 110 % of baseline)"
    )


def test_an_edge_relative_to_the_baseline_is_where_its_distance_puts_it() -> None:
    far = replace(ROW["BP3"], when=Over(Signal.SYS, OfBaseline(115).moved(10)))
    assert disorder(_with(far)) == (), "125 % is beyond the 120 % of BP1"
    near = replace(ROW["BP3"], when=Over(Signal.SYS, OfBaseline(125).moved(-10)))
    assert disorder(_with(near))[0].endswith("beyond BP3 (PAUSE above 115 % of baseline)")


@pytest.mark.parametrize(
    "limit",
    [
        Absolute(160, site_key="own", default=160, tightest=140),
        OfBaseline(160, site_key="own", default=160, tightest=140),
        site_limit("own", 160, tightest=140),
        site_percent("own", 160, tightest=140),
    ],
)
def test_a_limit_without_a_step_of_its_own_may_be_any_whole_number(limit: Absolute | OfBaseline) -> None:
    row = replace(ROW["BP2"], when=Over(Signal.SYS, limit))
    (setting,) = settings((row,))
    assert (setting.refusal(151), setting.refusal(150)) == ("", "")


@pytest.mark.parametrize(
    "fixed",
    [
        Absolute(160),
        Absolute(160, site_key="own"),
        Absolute(160, site_key="own", default=160),
        Absolute(160, site_key="own", tightest=140),
        Absolute(160, default=160, tightest=140),
        OfBaseline(160, site_key="own", default=160),
    ],
)
def test_only_a_limit_with_a_name_and_both_bounds_is_a_setting(fixed: Absolute | OfBaseline) -> None:
    movable = Over(Signal.HR, site_limit("pulse", 120, tightest=100))
    row = replace(ROW["BP2"], when=AnyOf((Over(Signal.SYS, fixed), movable)))
    assert [setting.key for setting in settings((row,))] == ["pulse"]


def test_shadows_and_what_stands_behind_them() -> None:
    """A shadow's limit is nobody's setting; that of the row behind it is."""
    movable = replace(ROW["BP2"], when=Over(Signal.HR, site_limit("pulse", 120, tightest=100)))
    shadow = replace(ROW["BP2"], id="BP2~", is_shadow=True)
    assert [setting.key for setting in settings((shadow, movable))] == ["pulse"]


def test_a_limit_that_is_turned_round_is_no_setting() -> None:
    """To tighten it would loosen the row."""
    turned = Not(Under(Signal.HR, site_limit("pulse", 120, tightest=100)))
    assert settings((replace(ROW["BP2"], when=turned),)) == ()


def test_the_three_nearest_settings_are_offered_and_no_more() -> None:
    near = unknown("limit_5", ("limit_1", "limit_2", "limit_3", "limit_4", "zzz"))
    assert near.count("limit_") == 3
    assert near.count(" or ") == 2


def test_the_default_table_is_in_order() -> None:
    assert disorder(DEFAULT_RULES) == ()


def test_a_limit_inside_any_combination_is_found_and_set() -> None:
    """A limit that a combination hid would stay loose without anybody noticing."""
    line = site_limit("line_mmhg", 100, tightest=50)
    when = AnyOf(
        (
            Unless(Over(Signal.LINE_PRESSURE, line), (Flag.CUFF_ACTIVE,), "a cuff"),
            Over(Signal.HR, Absolute(1)),
        )
    )
    row = replace(ROW["HR1"], when=when)
    assert "60" in str(_row(tightened((row, ROW["ST2"]), {"line_mmhg": 60}), "HR1").when)


def test_a_combination_that_nobody_knows_is_refused() -> None:
    class Stranger:
        def members(self) -> tuple[Over]:
            return (Over(Signal.HR, Absolute(1)),)

        def signals(self) -> frozenset[Signal]:
            return frozenset()

        def is_timed(self) -> bool:
            return False

    row = replace(ROW["HR1"], when=Stranger())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="HR1: no limit can be set inside Stranger"):
        tightened((row,), {})


# -- shadows -----------------------------------------------------------------------------------------------------


def test_a_shadow_is_a_twin_behind_the_table_that_does_not_act_and_asks_nobody() -> None:
    rules = shadowed(DEFAULT_RULES, {"systolic_slow_mmhg": 150})
    assert rules[: len(DEFAULT_RULES)] == DEFAULT_RULES
    (twin,) = rules[len(DEFAULT_RULES) :]
    assert (twin.id, twin.is_shadow, twin.asks) == ("BP2~", True, None)
    assert twin.when == _row(tightened(DEFAULT_RULES, {"systolic_slow_mmhg": 150}), "BP2").when
    assert lint(rules) == ()


def test_one_limit_of_several_rows_has_a_twin_of_each() -> None:
    rules = shadowed(DEFAULT_RULES, {LINE_PRESSURE_LIMIT: 200})
    assert [rule.id for rule in rules if rule.is_shadow] == ["LP0~", "LP1~", "LP2~"]


def test_two_limits_of_one_row_have_one_twin() -> None:
    rules = shadowed(DEFAULT_RULES, {"systolic_slow_mmhg": 150, "diastolic_slow_mmhg": 95})
    assert [rule.id for rule in rules if rule.is_shadow] == ["BP2~"]


@pytest.mark.parametrize("key", SETTINGS)
def test_whatever_a_configuration_says_every_row_of_the_table_goes_on_acting(key: str) -> None:
    """Nothing in a configuration can turn an acting row into a shadow."""
    for place in (tightened, shadowed):
        rules = place(DEFAULT_RULES, {key: SETTINGS[key].tightest})
        assert [rule.id for rule in rules if not rule.is_shadow] == [rule.id for rule in DEFAULT_RULES]


def test_a_shadow_may_be_as_strict_as_the_limit_in_force_and_not_looser() -> None:
    rules = tightened(DEFAULT_RULES, {"systolic_slow_mmhg": 150})
    assert shadowed(rules, {"systolic_slow_mmhg": 150})[-1].id == "BP2~"
    with pytest.raises(ValueError) as refusal:
        shadowed(rules, {"systolic_slow_mmhg": 155})
    assert str(refusal.value) == (
        "shadow of BP2: the systolic limit 155 mmHg is looser than the loosest allowed, 150 mmHg"
    )


def test_a_row_has_one_shadow() -> None:
    once = shadowed(DEFAULT_RULES, {"systolic_slow_mmhg": 150})
    with pytest.raises(ValueError, match="BP2~: the id is used twice"):
        shadowed(once, {"systolic_slow_mmhg": 145})


def test_shadows_are_no_settings_and_no_order_is_asked_of_them() -> None:
    rules = shadowed(DEFAULT_RULES, {"systolic_slow_mmhg": 150})
    assert settings(rules) == settings(DEFAULT_RULES)


def test_a_comparison_turned_round_and_a_limit_that_is_no_number_begin_nowhere() -> None:
    """The linter refuses the one for its own reason; the order of rows has no opinion on either."""
    bp1, bp2 = DEFAULT_RULES[0], DEFAULT_RULES[1]
    for question in (Not(Under(Signal.SYS, Absolute(300))), Over(Signal.SYS, Absolute(nan))):
        assert disorder((replace(bp1, when=question), bp2)) == ()
