"""Which turn belongs to which command, and how long a silent pump is left alone."""

from alaris_bench import BOUND, RUN, AlarisBench

from drivers.alaris.dialect import AlarisDialect
from drivers.contract import Adjust, Configure, Halt, Poll
from drivers.line.dialect import Dialect
from drivers.line.turns import Proof


def first_word(turn: object) -> str:
    return next(turn).text.decode()  # type: ignore[call-overload, no-any-return]


def test_it_is_a_dialect_whose_lease_is_the_pumps_own_watchdog() -> None:
    dialect: Dialect = AlarisDialect(BOUND)
    assert dialect.lease_ms == dialect.capabilities(26_590).watchdog_bound_ms == 15_000


def test_what_can_add_drug_ends_on_an_alarm_and_nothing_else_does() -> None:
    dialect = AlarisDialect(BOUND)
    commands = (RUN, Adjust(1), Configure(1), Halt(), Poll())
    assert [dialect.ends_on_alarm(one) for one in commands] == [True, True, False, False, False]


def test_each_command_begins_with_its_own_first_word() -> None:
    dialect = AlarisDialect(BOUND)
    assert first_word(dialect.opening()) == "INST_SERIALNO"
    assert first_word(dialect.halt(Proof())) == "INF_STOP"
    assert first_word(dialect.poll(Proof())) == "INF_VI"
    assert first_word(dialect.read_back()) == "INF_VI"
    for command in (RUN, Adjust(13_100_000), Configure(26_590)):
        assert first_word(dialect.turn_for(command)).startswith("REMOTE_CFG")


def test_the_lost_host_stands_within_the_lease_from_the_last_word() -> None:
    """Faults row 91."""
    bench = AlarisBench().infusing()
    assert 14_990 <= bench.until(lambda: not bench.pump.is_moving, 15_500) <= 15_000
