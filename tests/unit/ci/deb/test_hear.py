"""A message as a receiver's library reads it."""

import hl7
import pytest
from deb_scripts import load

hear = load("hear")

MESSAGE = "\r".join(
    (
        r"MSH|^~\&|PUMPD||||20261123||ORU^R01^ORU_R01|1|T|2.6|||||||||IHE_PCD_001^IHE PCD",
        "PID|||tok-1^^^PUMPD^PI",
        "OBX|1||70053^MDC_DEV_PUMP_INFUS_SYRINGE_MDS^MDC|1.0.0.0|||||||X",
        "OBX|2|NM|158014^MDC_FLOW_FLUID_PUMP_CURRENT^MDC|1.1.1.3|26.2|265266^MDC_DIM_MILLI_L_PER_HR^MDC^mL/h^mL/h^UCUM",
    )
)


def test_of_many_messages_the_newest_is_told_with_its_patient_and_each_value_with_its_unit() -> None:
    older = MESSAGE.replace("26.2", "13.1").replace("tok-1", "tok-0")
    assert hear.heard(f"{older}\r{MESSAGE}\r") == [
        "MSH-9 ORU^R01^ORU_R01",
        "MSH-21 IHE_PCD_001^IHE PCD",
        "PID-3 tok-1^^^PUMPD^PI",
        "MDC_FLOW_FLUID_PUMP_CURRENT = 26.2 mL/h",
    ]


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises((hl7.HL7Exception, KeyError, IndexError)):
        hear.heard("MSH|")
