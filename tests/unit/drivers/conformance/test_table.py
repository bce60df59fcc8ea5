from drivers.conformance.table import PROPERTY, Results, lines


def test_a_failure_in_any_phase_stays_a_failure() -> None:
    results = Results()
    where = [(PROPERTY, ("acme", "pty", "it_stops", "1, I10"))]
    results.take(where, has_passed=False)
    results.take(where, has_passed=True)
    assert results.cells == {("acme", "pty", "it_stops"): "FAIL"}


def test_the_table_names_what_ran_what_failed_and_what_does_not_apply() -> None:
    results = Results()
    results.take([(PROPERTY, ("acme", "memory", "it_stops", "1"))], has_passed=True)
    results.take([(PROPERTY, ("acme", "tcp", "it_stops", "1"))], has_passed=False)
    results.take([("other", "x")], has_passed=False)
    text = lines(results, {("acme", "it_swaps"): "swap: one pump", ("zeta", "it_stops"): "nothing"})
    assert text[0].split() == ["acme"]
    assert text[2].split() == ["it", "stops", "[1]", "ok", "-", "FAIL"]
    assert text[3].split() == ["it", "swaps", "n/a"]
    assert text[4:] == ["1 ok, 1 failed", "n/a acme: swap: one pump"]


def test_without_a_check_there_is_no_table() -> None:
    assert lines(Results(), {("acme", "x"): "y"}) == []
