"""A dead broker and a frozen one, side by side: no message says so, our own timers slow and pause.

Theory of operation. The limits are half a minute long and cannot be hurried, since they are in link time. So
both losses happen in two rigs at the same time. Neither rig has a transducer: its silence would pause after
two seconds (`test_limits`), and here the ladder of ST2 and ST3 is to be seen.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from rig import Rig, State, reasons, why
from rig_programs import link_ms

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

#: ST3 counts from the loss of the link; with keepalive 1 s a frozen broker is noticed after 2 s, aiomqtt's
#: reconnect included never later than 5 s.
SLOW_S, PAUSE_S, NOTICE_S = 15.0, 30.0, 5.0


def slows_then_pauses(rig: Rig, lost_ms: float, notice_s: float, loss: str) -> None:
    """Half rate, then stand-still, both as the plunger has them."""
    full_nl_h = rig.status()["rate"]["programmed_nl_h"]
    truth = rig.sim.until(lambda now: now["rate_nl_h"] < full_nl_h, SLOW_S + notice_s + 1.5, "slowed")
    slowed_s = (truth["motions"][-1]["link_ms"] - lost_ms) / 1000.0
    assert truth["rate_nl_h"] == full_nl_h // 2
    state: State = rig.until_word("SLOWED", 2.0)
    assert "ST3" in why(state), why(state)
    truth = rig.sim.until_halted(PAUSE_S - SLOW_S + notice_s + 1.5)
    paused_s = (truth["halted_at_link_ms"] - lost_ms) / 1000.0
    state = rig.until_word("PAUSED", 2.0)
    assert "link to the monitors" in why(state), why(state)
    rig.note(f"{loss}, to half rate", slowed_s)
    rig.note(f"{loss}, to stand-still", paused_s)
    assert SLOW_S <= slowed_s <= SLOW_S + notice_s + 1.0
    assert PAUSE_S <= paused_s <= PAUSE_S + notice_s + 1.0


def killed_and_restarted(rig: Rig) -> None:
    lost_ms = link_ms()
    rig.broker.kill()
    slows_then_pauses(rig, lost_ms, 0.5, "killed")
    rig.broker.start()
    rig.until(lambda one: one["feed"]["link"] == "up", 8.0, "subscribed again")
    rig.monitor.cuff(125.0, 79.0)
    rig.throughout(lambda one: one["word"] == "PAUSED", 3.0, "back, and still paused")
    assert not rig.sim.truth()["running"]
    rig.press("acknowledge")
    refused = rig.press("resume", args={"epoch": rig.status()["epoch"]})
    assert "ST3" in reasons(refused), "the link must have been good for 30 s"


def frozen_and_thawed(rig: Rig) -> None:
    lost_ms = link_ms()
    rig.broker.freeze()
    try:
        slows_then_pauses(rig, lost_ms, NOTICE_S, "frozen")
    finally:
        rig.broker.thaw()
    rig.until(lambda one: one["feed"]["link"] == "up", 10.0, "subscribed again")
    rig.throughout(lambda one: one["word"] == "PAUSED", 3.0, "back, and still paused")
    assert not rig.sim.truth()["running"]


def test_a_broker_killed_and_a_broker_frozen_slow_and_then_pause(make_rig: Callable[..., Rig]) -> None:
    """Rows 41, 42, 45, 47, ST2, ST3, I4, I5, law 3."""
    killed, frozen = make_rig(has_transducer=False), make_rig(has_transducer=False)
    for rig in (killed, frozen):
        rig.start_daemon()
        rig.begin()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(killed_and_restarted, killed), pool.submit(frozen_and_thawed, frozen)]
        for one in both:
            one.result(110.0)
