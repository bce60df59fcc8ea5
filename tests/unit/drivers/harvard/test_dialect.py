"""What a poll reads, and what never writes."""

from harvard_bench import HarvardBench

from drivers.contract import Adjust, Configure, Halt, Poll, Run
from drivers.harvard.binding import Binding
from drivers.harvard.dialect import HarvardDialect


def test_a_poll_at_rest_writes_nothing_and_reads_diameter_and_target_now_and_then() -> None:
    bench = HarvardBench().ready().poll(8 * 250)
    assert set(bench.sent) == {"irate", "ivolume", "diameter", "tvolume"}
    assert (bench.sent.count("diameter"), bench.sent.count("tvolume")) == (2, 1)


def test_the_readback_after_a_loss_does_not_move_the_target() -> None:
    bench = HarvardBench().running().poll(5000)
    before = bench.pump.memory.target_nl
    bench.lose_replies.append(b"@irate 13.12 ml/hr\r")
    bench.forget().submit(Adjust(13_120_000))
    bench.go(600)
    assert bench.pump.memory.target_nl == before
    assert "tvolume" in bench.sent


def test_only_what_adds_drug_ends_on_an_alarm() -> None:
    dialect = HarvardDialect(Binding("11 ELITE", lease_s=3))
    assert dialect.lease_ms == 3000
    commands = (Run(1, 1), Adjust(1), Configure(1), Halt(), Poll())
    assert [dialect.ends_on_alarm(one) for one in commands] == [True, True, False, False, False]
