"""Daemons by name."""

import pytest

from hil_sim.bench.seat import DaemonUnknown, daemon_of
from pumpd.inprocess.seat import seat


def test_ours_is_installed_under_its_name() -> None:
    assert daemon_of("pumpd") is seat


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(DaemonUnknown, match=r"'pumpx': no such daemon .* installed: pumpd"):
        daemon_of("pumpx")
