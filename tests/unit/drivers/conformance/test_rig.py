from drivers.conformance.rig import Case


def test_what_is_approved_is_exactly_what_is_run() -> None:
    case = Case()
    assert (case.run.rate_nl_h, case.run.volume_limit_nl) == (case.rate_nl_h, case.volume_nl)
    assert (case.approval.max_rate_nl_h, case.approval.max_volume_nl) == (case.rate_nl_h, case.volume_nl)
    assert case.small_volume_nl < case.volume_nl
    assert case.lower_nl_h < case.rate_nl_h
