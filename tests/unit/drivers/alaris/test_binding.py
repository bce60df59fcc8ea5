"""What a line must be bound to."""

import pytest

from drivers.alaris.binding import Binding


def test_a_whole_binding_stands() -> None:
    assert Binding("8003-00417", 26_590, 1_200_000_000).volume_step_nl == 1_000


@pytest.mark.parametrize(
    ("serial", "syringe_um", "rate_nl_h", "step_nl", "names"),
    [
        ("", 26_590, 1_000_000, 1_000, "serial"),
        (" 8003", 26_590, 1_000_000, 1_000, "serial"),
        ("80^03", 26_590, 1_000_000, 1_000, "serial"),
        ("8003", 999, 1_000_000, 1_000, "syringe_um"),
        ("8003", 26_590, 99_999, 1_000, "rate_max_nl_h"),
        ("8003", 26_590, 10_000_000_000, 1_000, "rate_max_nl_h"),
        ("8003", 26_590, 1_000_000, 500, "volume_step_nl"),
        ("8003", 26_590, 1_000_000, 0, "volume_step_nl"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    serial: str, syringe_um: int, rate_nl_h: int, step_nl: int, names: str
) -> None:
    with pytest.raises(ValueError, match=names):
        Binding(serial, syringe_um, rate_nl_h, step_nl)
