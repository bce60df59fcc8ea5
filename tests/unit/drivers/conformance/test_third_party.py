import pytest

from drivers.conformance.third_party import rig_named


def test_a_rig_is_found_by_module_and_class() -> None:
    assert rig_named("contract.rigs.new_era:NewEraRig").family == "new_era"


@pytest.mark.parametrize("name", ["contract.rigs.new_era", "no.such:Rig", "contract.rigs.new_era:Nobody"])
def test_what_is_not_there_is_a_usage_error_with_its_name(name: str) -> None:
    with pytest.raises(pytest.UsageError, match=name):
        rig_named(name)
