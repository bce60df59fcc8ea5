"""The codes: each once, in the right partition, the same as the feed's, and none made up."""

from pumpd.outputs import nomenclature as nc
from pumpd.outputs.nomenclature import Code, Unit
from pumpd.shell.feeds.names import NAMES

CODES = [one for one in vars(nc).values() if isinstance(one, Code)] + [code for code, _ in nc.VITALS.values()]
UNITS = [one for one in vars(nc).values() if isinstance(one, Unit)]
#: facts/requirements.md 5: a context-free code is partition x 65536 + term; 1 objects, 2 values, 3 events, 4 units.
PARTITIONS = {"MDC_ATTR_": {1}, "MDC_DEV_": {1, 2}, "MDC_EVT_": {3}, "MDC_PUMP_": {2}, "MDC_DIM_": {4}}


def test_every_mdc_code_lies_in_the_partition_of_its_name() -> None:
    for one in CODES:
        if one.system == nc.MDC:
            partition = int(one.code) // 65_536
            wanted = next(
                (allowed for start, allowed in PARTITIONS.items() if one.name.startswith(start)), {2}
            )
            if one is not nc.DRUG:  # a text of the pump's, in the range of the texts
                assert partition in wanted, one
    for unit in UNITS:
        assert unit.code == 0 or unit.code // 65_536 == 4, unit


def test_no_two_terms_share_a_code_or_a_name() -> None:
    assert len({one.code for one in CODES}) == len({one.name for one in CODES}) == len(CODES)


def test_what_has_no_known_number_is_said_in_a_system_of_our_own() -> None:
    """facts/requirements.md 5.2: line pressure: not found, do not guess; the stop: name only."""
    assert nc.LINE_PRESSURE.system == nc.DELIVERY_STOP.system == nc.DOSE_HIGH.system == nc.LOCAL
    assert nc.local("LINE_PRESSURE") == nc.LINE_PRESSURE == Code("LINE_PRESSURE", "line pressure", "99PUMPD")
    for one in CODES:
        assert one.code.isdigit() == (one.system == nc.MDC), one


def test_vital_signs_go_out_by_the_codes_they_come_in_by() -> None:
    for signal, (code, _) in nc.VITALS.items():
        if code.name in NAMES:
            assert NAMES[code.name] == (int(code.code), signal)
    assert {code.name for code, _ in nc.VITALS.values()} - set(NAMES) == {"MDC_PULS_RATE"}
