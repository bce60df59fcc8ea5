"""The oracle reads the few words of the wire that it judges by, in bare and in framed form."""

import pytest

from hil_sim.oracle.scene import Sent
from hil_sim.oracle.wording import WORDINGS

FRAMES = [
    (b"\x02\x080STP\xb3\xf9\x03", Sent(1.0, is_stop=True)),
    (b"\x02\x080RUND\x07\x03", Sent(1.0, is_run=True)),
    (b"\x02\x080VERH\t\x03", Sent(1.0, is_identity=True)),
    (b"\x02\x0f0RAT26.20MH]\xd5\x03", Sent(1.0, rate_nl_h=26_200_000.0)),
    (b"RAT1.5UM\r", Sent(1.0, rate_nl_h=90_000.0)),
    (b"\x02\x080RAT8\xcb\x03", None),
    (b"\x02\x080DIS0F\x03", None),
]


@pytest.mark.parametrize(("frame", "sent"), FRAMES)
def test_a_frame_of_the_new_era_is_read(frame: bytes, sent: Sent | None) -> None:
    assert WORDINGS["new_era"](1.0, frame) == sent
