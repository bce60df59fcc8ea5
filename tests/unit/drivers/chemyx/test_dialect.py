from drivers.chemyx.binding import Binding
from drivers.chemyx.dialect import ChemyxDialect
from drivers.chemyx.turns import READ_STATUS
from drivers.contract import Adjust, Configure, Halt, Poll, Run
from drivers.line.turns import Proof


def test_each_command_begins_with_a_question_that_only_reads() -> None:
    dialect = ChemyxDialect(Binding(42_050, 3_060_300_000))
    turns = [dialect.turn_for(one) for one in (Configure(26_590), Run(26_250_000, 1_000), Adjust(1_000_000))]
    for turn in [*turns, dialect.poll(Proof()), dialect.read_back(), dialect.opening()]:
        assert not next(turn).is_write
    assert next(dialect.halt(Proof())).is_halt
    assert next(dialect.opening()) == READ_STATUS


def test_what_can_add_drug_ends_on_an_alarm_and_there_is_no_lease() -> None:
    dialect = ChemyxDialect(Binding(42_050, 3_060_300_000))
    ending = [dialect.ends_on_alarm(one) for one in (Run(1, 1), Adjust(1), Configure(1), Halt(), Poll())]
    assert ending == [True, True, False, False, False]
    assert dialect.lease_ms == 0
    assert dialect.wire() is not dialect.wire()
