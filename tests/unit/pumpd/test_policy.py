"""What a configuration settles, and that the journal's record of it settles the same."""

import json

import pytest
from site_bench import CHANNEL

from interlocks.vocabulary import Signal
from pumpd.config import Clinic
from pumpd.config_library import parse_library
from pumpd.core.clinic.course import Clinic as Course
from pumpd.core.library import SYRINGES
from pumpd.policy import FASTEST_S, POLL_LINK_MS, policy_for, policy_from, recorded_configuration


def test_a_channel_s_policy_is_what_its_configuration_says() -> None:
    policy = policy_for(CHANNEL)
    assert (policy.channel, policy.bed) == ("bed-1", "bed-1")
    assert set(policy.capabilities) == {"bd-60"}
    assert policy.fitted == {Signal.LINE_PRESSURE}
    assert policy.lease_ms == 2_000
    assert policy.poll_link_ms == POLL_LINK_MS


def test_without_a_list_every_known_syringe_is_allowed_and_without_a_transducer_no_line_is_watched() -> None:
    policy = policy_for(CHANNEL.model_copy(update={"syringes": None, "transducer": None}))
    assert set(policy.capabilities) == set(SYRINGES)
    assert policy.fitted == frozenset()


def test_a_site_may_be_stricter_about_the_line() -> None:
    """facts/clinical.md 3.2, LP1: 300 mmHg at most."""

    def limits(limit_mmhg: int) -> str:
        policy = policy_for(CHANNEL.model_copy(update={"line_pressure_limit_mmhg": limit_mmhg}))
        return str(next(one for one in policy.rules if one.id == "LP1"))

    assert limits(200) != limits(300)
    assert "200" in limits(200)


def test_the_lease_and_the_pump_s_bound_come_from_the_same_line() -> None:
    pump = CHANNEL.pump.model_copy(update={"lease_s": 4})
    policy = policy_for(CHANNEL.model_copy(update={"pump": pump}))
    assert policy.lease_ms == 4_000
    assert policy.capabilities["bd-60"].watchdog_bound_ms >= 4_000


@pytest.mark.parametrize(("speed", "poll_link_ms"), [(1, 250), (2, 125), (45, 20), (100, 20)])
def test_faster_than_life_the_pump_is_read_more_often_but_never_without_pause(
    speed: float, poll_link_ms: int
) -> None:
    assert policy_for(CHANNEL, speed).poll_link_ms == poll_link_ms >= FASTEST_S * 1000


def test_a_site_s_limits_and_shadows_are_in_the_channel_s_table() -> None:
    policy = policy_for(CHANNEL, 1, {"systolic_slow_mmhg": 150}, {"systolic_slow_mmhg": 140})
    rows = {one.id: one for one in policy.rules}
    assert "150" in str(rows["BP2"].when)
    assert "140" in str(rows["BP2~"].when)
    assert rows["BP2~"].is_shadow
    assert [one.id for one in policy.rules if one.is_shadow] == ["BP2~"]


def test_of_two_line_pressure_limits_the_stricter_holds() -> None:
    def limit_of(own_mmhg: int, site_mmhg: int) -> str:
        channel = CHANNEL.model_copy(update={"line_pressure_limit_mmhg": own_mmhg})
        policy = policy_for(channel, 1, {"line_pressure_limit_mmhg": site_mmhg})
        return str(next(one for one in policy.rules if one.id == "LP1").when)

    assert limit_of(200, 100) == limit_of(100, 200) == limit_of(100, 100) != limit_of(200, 200)


def test_the_record_of_a_configuration_is_the_way_back_to_its_policy() -> None:
    """Law 12: what was decided can be decided again under the very same rows."""
    channel = CHANNEL.model_copy(update={"line_pressure_limit_mmhg": 200})
    limits, shadow = {"systolic_slow_mmhg": 150}, {"heart_rate_slow_bpm": 110}
    body = recorded_configuration(channel, 30.0, limits, shadow)
    assert policy_from(body) == policy_for(channel, 30.0, limits, shadow)
    assert policy_from(body) != policy_for(channel, 30.0, limits)


@pytest.mark.parametrize(
    ("changes", "fitted"),
    [
        ({}, {Signal.LINE_PRESSURE}),
        ({"transducer": None, "air_sensor": "air-1"}, {Signal.AIR_BUBBLE, Signal.AIR_15MIN}),
        ({"transducer": None, "button": "button-1"}, {Signal.BUTTON}),
    ],
)
def test_a_signal_is_fitted_where_a_source_of_it_is_configured(
    changes: dict[str, str | None], fitted: set[Signal]
) -> None:
    """Its silence pauses then, and means nothing otherwise (decisions: AI1, BT1)."""
    assert policy_for(CHANNEL.model_copy(update=changes)).fitted == fitted


def test_how_long_nobody_may_listen_is_the_site_s_and_is_in_the_record() -> None:
    assert policy_for(CHANNEL).listener_within_ms is None
    policy = policy_for(CHANNEL, 1, {}, {}, 15)
    assert policy.listener_within_ms == 15_000
    assert policy_from(recorded_configuration(CHANNEL, 1, {}, {}, 15)) == policy


def test_the_drug_library_in_force_is_in_the_record() -> None:
    library = parse_library('drug = "ketamine"\nversion = "7"\nvials_mg_per_ml = ["50"]\n', "k.toml")
    policy = policy_for(CHANNEL, library=library)
    assert policy.library == library != policy_for(CHANNEL).library
    body = recorded_configuration(CHANNEL, 1, {}, {}, library=library)
    assert policy_from(body) == policy
    assert json.loads(body)["library"] == {"hash": library.hash, "text": library.text}
    with pytest.raises(ValueError, match="drug library of the record"):
        policy_from(body.replace("ketamine", "cetamine"))


def test_the_course_is_the_site_s_and_is_in_the_record() -> None:
    """No [clinic] table is the bench course."""
    assert policy_for(CHANNEL).clinic is None
    policy = policy_for(CHANNEL, 1, clinic=Clinic(observation_min=120))
    assert policy.clinic == Course(120, 6)
    assert (
        policy_from(recorded_configuration(CHANNEL, 1, {}, {}, clinic=Clinic(observation_min=120))) == policy
    )
    assert policy_from(recorded_configuration(CHANNEL, 1, {}, {})).clinic is None


def test_a_record_without_limits_is_of_a_version_that_knew_none() -> None:
    body = json.dumps({"channel": CHANNEL.model_dump(mode="json"), "speed": 1.0})
    assert policy_from(body) == policy_for(CHANNEL)


@pytest.mark.parametrize("body", ["{}", "[]", "3", "", '{"channel":{},"speed":1}', '{"channel":[]}'])
def test_what_is_no_configuration_is_refused_as_such(body: str) -> None:
    with pytest.raises(ValueError):
        policy_from(body)
