"""That `./run bench` works, not how fast anything is: a figure is never a criterion here."""

import json
from pathlib import Path

import pytest
from bench.figures import quantile, ratios, row
from bench.plot import svg
from bench.pumps import is_whole
from bench.run_bench import main
from bench.turn import AIOMQTT, DAEMON, PAHO, Turn

pytestmark = [pytest.mark.hil]


@pytest.mark.mosquitto
def test_a_short_run_counts_crossings_of_all_three_and_writes_what_it_found(tmp_path: Path) -> None:
    # Two beds: what one patient may not have twice would end the bench, and did.
    figures, picture = tmp_path / "bench.json", tmp_path / "bench.svg"
    said = ["--n", "2", "--hz", "1", "--seconds", "0.1", "--rounds", "1", "--simulated", "0"]
    assert main([*said, "--json", str(figures), "--plot", str(picture)]) == 0
    cell = json.loads(figures.read_text())["cells"][0]
    for peer in (DAEMON, AIOMQTT, PAHO):
        assert cell["peers"][peer]["count"] + cell["peers"][peer]["misses"] >= 1
    assert cell["peers"][DAEMON]["ready_s"] > 0
    assert 'stroke="#c0392b"' in picture.read_text()


def test_a_quantile_is_told_only_where_enough_stands_behind_it() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([1.0] * 99, 0.99) is None
    assert quantile([float(one) for one in range(100)], 0.99) == 99.0


def test_the_ratio_is_the_daemon_over_the_floor() -> None:
    rows = {
        peer: row(Turn(peer, [us] * 100)) for peer, us in ((DAEMON, 300.0), (AIOMQTT, 200.0), (PAHO, 100.0))
    }
    assert ratios(rows) == {AIOMQTT: {"median": 1.5, "p99": 1.5}, PAHO: {"median": 3.0, "p99": 3.0}}


def test_a_halt_beside_another_request_in_one_read_is_no_whole_frame() -> None:
    halt, poll = b"\x02\x07STP\x00\x00\x03", b"\x02\x07DIS\x00\x00\x03"
    assert is_whole(halt)
    assert is_whole(b"STP\r")
    assert not is_whole(poll + halt)
    assert not is_whole(halt[:-1])


def test_the_picture_has_a_curve_for_each_peer() -> None:
    assert svg([("N = 1", {DAEMON: [500.0, 900.0], PAHO: [300.0]})]).count("<polyline") == 2
