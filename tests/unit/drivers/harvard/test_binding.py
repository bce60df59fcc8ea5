"""What may be bound."""

import pytest

from drivers.harvard.binding import Addressing, Binding, LeaseForm


def test_the_meaning_of_a_target_is_found_out_unless_the_site_states_it() -> None:
    assert Binding("11 ELITE").lease_form is LeaseForm.PROVE


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({}, "bound to a pump"),
        ({"model": "x", "address": 100}, "address 100"),
        ({"model": "x", "address": 3}, "needs addressing"),
        ({"model": "x", "lease_s": 0}, "lease_s 0"),
        ({"model": "x", "lease_s": 61}, "lease_s 61"),
        ({"model": "x", "pace": 0}, "pace 0"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(words: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Binding(**words)  # type: ignore[arg-type]


def test_a_serial_number_alone_is_enough() -> None:
    assert Binding(serial="D101754", address=3, addressing=Addressing.COLON).model == ""


def test_a_bench_takes_whoever_answers_and_a_site_its_own_model_only() -> None:
    assert Binding(model="*").is_model("PHD ULTRA")
    assert Binding(model="11 ELITE").is_model("11 ELITE I/W")
    assert not Binding(model="11 ELITE").is_model("PHD ULTRA")
