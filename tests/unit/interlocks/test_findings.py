"""What a row in force says, and whether what it says is silence."""

import pytest
from rule_scene import Scene

from interlocks.catalogue.haemodynamic import BP2
from interlocks.combinations import AllOf, AnyOf, Unless
from interlocks.conditions import Condition, Over
from interlocks.findings import finding_of, is_silence
from interlocks.limits import Absolute
from interlocks.silences import FlagUp, OlderThan, ReportOlderThan
from interlocks.situation import Clock
from interlocks.vocabulary import Flag, Signal

HEARD = Over(Signal.HR, Absolute(120))
GONE = OlderThan((Signal.HR,), 1000, Clock.LINK)
UNSCORED = OlderThan((Signal.MOAAS, Signal.RASS), 1000, Clock.LINK)
DOWN = FlagUp((Flag.BROKER_DOWN,), "down")
OTHER = FlagUp((Flag.WRONG_PATIENT,), "other")
DEAF = ReportOlderThan(1000, only_running=True)


@pytest.mark.parametrize(
    "condition", [GONE, DOWN, AnyOf((GONE, DOWN)), Unless(GONE, (Flag.CUFF_ACTIVE,), "cuff")]
)
def test_a_measured_signal_not_heard_and_a_lost_link_are_silence(condition: Condition) -> None:
    assert is_silence(condition)


@pytest.mark.parametrize("condition", [HEARD, OTHER, DEAF, UNSCORED, AllOf((GONE, HEARD))])
def test_a_value_a_pump_and_a_person_are_troubles_of_their_own(condition: Condition) -> None:
    assert not is_silence(condition)


def test_a_finding_is_the_state_in_words() -> None:
    scene = Scene((BP2,))
    scene.cuff(1000, 163, 80)
    finding = finding_of(BP2, scene.state("BP2"), scene.situation())
    assert (finding.rule_id, finding.cause, finding.hazard) == ("BP2", "blood pressure", BP2.hazard)
    assert (finding.is_present, finding.is_latching, finding.is_silence) == (True, True, False)
    assert finding.blocks_because.endswith("; needs acknowledgement")
