"""The native message v1 against the table of facts/requirements.md 5.1."""

import json
from dataclasses import replace

from hil_sim.monitors.payload import (
    Message,
    air_values,
    as_dict,
    button_values,
    encode,
    nibp_values,
    oximeter_values,
    pressure_values,
    respiration_values,
)

NIBP = Message(
    "monitor-1", "k3f9", 17, "tok-4711", 1795345200000, nibp_values(128, 80, 96), cuff_active=False
)


def test_a_cuff_message_is_written_as_specified() -> None:
    assert json.loads(encode(NIBP)) == {
        "v": 1,
        "device": "monitor-1",
        "boot": "k3f9",
        "seq": 17,
        "patient": "tok-4711",
        "measured_at_ms": 1795345200000,
        "values": [
            {
                "name": "MDC_PRESS_BLD_NONINV_SYS",
                "code": 150021,
                "value": 128,
                "unit": "mm[Hg]",
                "quality": "ok",
            },
            {
                "name": "MDC_PRESS_BLD_NONINV_DIA",
                "code": 150022,
                "value": 80,
                "unit": "mm[Hg]",
                "quality": "ok",
            },
            {
                "name": "MDC_PRESS_BLD_NONINV_MEAN",
                "code": 150023,
                "value": 96,
                "unit": "mm[Hg]",
                "quality": "ok",
            },
        ],
        "cuff_active": False,
    }


def test_a_failed_cuff_reading_is_bad_and_null() -> None:
    values = as_dict(replace(NIBP, values=nibp_values(None, None, None)))["values"]
    assert isinstance(values, list)
    assert {(each["value"], each["quality"]) for each in values} == {(None, "bad")}


def test_pulse_and_saturation_carry_their_own_units() -> None:
    pulse, saturation = oximeter_values(72, 97, is_ok=True)
    assert (pulse.code, pulse.unit, saturation.code, saturation.unit) == (149530, "{beat}/min", 150456, "%")
    assert {each.quality for each in oximeter_values(None, None, is_ok=False)} == {"bad"}


def test_line_pressure_has_a_name_of_our_own_and_no_invented_code() -> None:
    """Requirements 5.4: do not guess."""
    message = replace(NIBP, values=pressure_values(31.5), cuff_active=None)
    body = json.loads(encode(message))
    assert body["values"] == [
        {"name": "X_PRESS_INFUSION_LINE", "value": 31.5, "unit": "mm[Hg]", "quality": "ok"}
    ]
    assert "cuff_active" not in body
    assert pressure_values(None)[0].quality == "bad"


def test_a_cuff_may_say_what_pulse_it_counted() -> None:
    """Requirements 5.1: MDC_PULS_RATE_NON_INV."""
    *pressures, pulse = nibp_values(128, 80, 96, (71,))
    assert tuple(pressures) == NIBP.values
    assert (pulse.name, pulse.code, pulse.value, pulse.unit) == (
        "MDC_PULS_RATE_NON_INV",
        149546,
        71,
        "{beat}/min",
    )
    assert nibp_values(None, None, None, (None,))[3].quality == "bad"


def test_what_has_no_known_code_carries_none() -> None:
    """Requirements 5.4."""
    values = (*respiration_values(14, 2.0), *air_values(60.04, 0.06), *button_values(True))
    assert [(each.name, each.code, each.value, each.unit) for each in values] == [
        ("MDC_RESP_RATE", 151562, 14, "{breath}/min"),
        ("X_TIME_SINCE_BREATH", None, 2.0, "s"),
        ("X_AIR_BUBBLE", None, 60.0, "uL"),
        ("X_AIR_15MIN", None, 0.06, "mL"),
        ("X_BEDSIDE_BUTTON", None, 1, "1"),
    ]


def test_an_honest_message_fits_in_the_limit() -> None:
    assert len(encode(NIBP)) <= 4096


def test_infinity_is_written_as_a_number_that_overflows() -> None:
    """Faults row 56."""
    spoiled = replace(NIBP, values=(replace(NIBP.values[0], value=float("inf")),))
    assert b'"value":1e999' in encode(spoiled)
