import pytest

from drivers.chemyx.binding import Binding


@pytest.mark.parametrize(("slowest", "fastest"), [(0, 5), (5, 5), (6, 5)])
def test_speeds_that_cannot_be_are_refused(slowest: int, fastest: int) -> None:
    with pytest.raises(ValueError, match="slowest_nm_h"):
        Binding(slowest, fastest)
