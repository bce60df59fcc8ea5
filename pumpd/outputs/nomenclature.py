"""The codes that exports speak: IEEE 11073 (MDC) where the number is known, our own where it is not.

Theory of operation. A wrong code is worse than none: a receiver files the number under another name. So an MDC code stands
here only if facts/requirements.md section 5 found number and name together in independent sources, and what has no such
number (line pressure, the stop of a delivery, the limits of the dose given) is said in a coding system of our own, 99PUMPD
as HL7 names local ones. Units go out twice, as MDC and as UCUM.
"""

from dataclasses import dataclass
from typing import Final

from interlocks.vocabulary import Signal

MDC: Final = "MDC"
LOCAL: Final = "99PUMPD"
UCUM: Final = "UCUM"


@dataclass(frozen=True, slots=True)
class Code:
    """A term: identifier, name, coding system."""

    code: str
    name: str
    system: str = MDC


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in UCUM, and in MDC where the number is known (`code` 0: it is not)."""

    ucum: str
    code: int = 0
    name: str = ""


def local(name: str) -> Code:
    """A term of our own."""
    return Code(name, name.replace("_", " ").lower(), LOCAL)


ML_PER_H: Final = Unit("mL/h", 265266, "MDC_DIM_MILLI_L_PER_HR")
ML: Final = Unit("mL", 263762, "MDC_DIM_MILLI_L")
UG: Final = Unit("ug", 263891, "MDC_DIM_MICRO_G")
MG_PER_ML: Final = Unit("mg/mL", 264306, "MDC_DIM_MILLI_G_PER_ML")
SECONDS: Final = Unit("s", 264320, "MDC_DIM_X_SEC")
KG: Final = Unit("kg", 263875, "MDC_DIM_KILO_G")
MMHG: Final = Unit("mm[Hg]", 266016, "MDC_DIM_MMHG")
PERCENT: Final = Unit("%", 262688, "MDC_DIM_PERCENT")
BEATS: Final = Unit("{beat}/min", 264864, "MDC_DIM_BEAT_PER_MIN")
BREATHS: Final = Unit("{breath}/min")

MDS: Final = Code("70053", "MDC_DEV_PUMP_INFUS_SYRINGE_MDS")
VMD: Final = Code("70054", "MDC_DEV_PUMP_INFUS_SYRINGE_VMD")
CHANNEL: Final = Code("70067", "MDC_DEV_PUMP_DELIVERY_INFO")
MONITOR: Final = local("MONITOR_AS_HEARD")

RATE_PROGRAMMED: Final = Code("157784", "MDC_FLOW_FLUID_PUMP")
RATE_NOW: Final = Code("158014", "MDC_FLOW_FLUID_PUMP_CURRENT")
RATE_PERMITTED: Final = local("RATE_PERMITTED")
RATE_COMMANDED: Final = local("RATE_COMMANDED")
VOLUME_TBI: Final = Code("157884", "MDC_VOL_FLUID_TBI")
VOLUME_LEFT: Final = Code("157872", "MDC_VOL_FLUID_TBI_REMAIN")
VOLUME_TOTAL: Final = Code("157993", "MDC_VOL_FLUID_DELIV_TOTAL")
DOSE_TBI: Final = Code("157999", "MDC_DOSE_DRUG_TBI")
DOSE_LEFT: Final = Code("158000", "MDC_DOSE_DRUG_TBI_REMAIN")
DOSE_TOTAL: Final = Code("158001", "MDC_DOSE_DRUG_DELIV_TOTAL")
DOSE_LOW: Final = local("DOSE_GIVEN_AT_LEAST")
DOSE_HIGH: Final = local("DOSE_GIVEN_AT_MOST")
CONCENTRATION: Final = Code("157760", "MDC_CONC_DRUG")
TIME_PROGRAMMED: Final = Code("157996", "MDC_TIME_PD_PROG")
TIME_LEFT: Final = Code("157916", "MDC_TIME_PD_REMAIN")
WEIGHT: Final = Code("68063", "MDC_ATTR_PT_WEIGHT")
DRUG: Final = Code("184514", "MDC_DRUG_NAME_LABEL")
MODEL: Final = Code("67880", "MDC_ATTR_ID_MODEL")
INFUSING_STATUS: Final = Code("184519", "MDC_PUMP_INFUSING_STATUS")
DELIVERY_STATUS: Final = Code("158005", "MDC_DEV_PUMP_CURRENT_DELIVERY_STATUS")
NOT_DELIVERING: Final = Code("158006", "MDC_DEV_PUMP_NOT_DELIVERING_REASON")
DELIVERY_MODE: Final = Code("158008", "MDC_DEV_PUMP_PROGRAM_DELIVERY_MODE")
STATE_WORD: Final = local("STATE_WORD")
LINE_PRESSURE: Final = local("LINE_PRESSURE")

#: What monitors measure. The heart rate of `Signal.HR` may be counted from the pulse or the ECG: the plain pulse rate.
VITALS: Final[dict[Signal, tuple[Code, Unit]]] = {
    Signal.SYS: (Code("150021", "MDC_PRESS_BLD_NONINV_SYS"), MMHG),
    Signal.DIA: (Code("150022", "MDC_PRESS_BLD_NONINV_DIA"), MMHG),
    Signal.MAP: (Code("150023", "MDC_PRESS_BLD_NONINV_MEAN"), MMHG),
    Signal.HR: (Code("149522", "MDC_PULS_RATE"), BEATS),
    Signal.SPO2: (Code("150456", "MDC_PULS_OXIM_SAT_O2"), PERCENT),
    Signal.RR: (Code("151562", "MDC_RESP_RATE"), BREATHS),
}

ALARM: Final = Code("196616", "MDC_EVT_ALARM")
PUMP_ALARM: Final = Code("196670", "MDC_EVT_PUMP_GENERAL_ALARM")
NEAR_COMPLETE: Final = Code("197334", "MDC_EVT_VOL_INFUS_NEAR_COMP")
ALERT_SOURCE: Final = Code("68480", "MDC_ATTR_ALERT_SOURCE")
EVENT_PHASE: Final = Code("68481", "MDC_ATTR_EVENT_PHASE")
ALARM_STATE: Final = Code("68482", "MDC_ATTR_ALARM_STATE")
INACTIVATION: Final = Code("68483", "MDC_ATTR_ALARM_INACTIVATION_STATE")
ALARM_PRIORITY: Final = Code("68484", "MDC_ATTR_ALARM_PRIORITY")
ALERT_TYPE: Final = Code("68485", "MDC_ATTR_ALERT_TYPE")
ALERT_TEXT: Final = Code("68546", "MDC_ATTR_ALERT_TEXT")
PRIORITIES: Final = {"high": "PH", "medium": "PM", "low": "PL"}

EVENT_CONDITION: Final = Code("68487", "MDC_ATTR_EVT_COND")
EVENT_SOURCE: Final = Code("68488", "MDC_ATTR_EVT_SOURCE")
DELIVERY_START: Final = Code("197288", "MDC_EVT_PUMP_DELIV_START")
DELIVERY_COMPLETE: Final = Code("197292", "MDC_EVT_PUMP_DELIV_COMP")
#: The name MDC_EVT_PUMP_DELIV_STOP is known, its number is not.
DELIVERY_STOP: Final = Code("DELIV_STOP", "MDC_EVT_PUMP_DELIV_STOP", LOCAL)
RATE_CHANGE: Final = local("RATE_CHANGE")

#: Causes whose alarm is about the patient; all others are about machines (IHE: SP and ST).
PHYSIOLOGICAL: Final = frozenset(
    {"blood-pressure", "heart-rate", "oxygen-saturation", "respiration", "sedation"}
)
