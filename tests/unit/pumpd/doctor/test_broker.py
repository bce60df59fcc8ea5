"""What each step of the way to the monitors is judged to be; the steps themselves are in tests/hil/test_doctor.py."""

import pytest

from pumpd.doctor.broker import (
    LOGIN,
    SUBSCRIPTION,
    Session,
    judge_days,
    judge_plain,
    judge_secret,
    judge_session,
    judge_trust,
    reach,
)
from pumpd.doctor.verdict import Level
from pumpd.shell.feeds.mqtt import BrokerSettings


@pytest.mark.parametrize(
    ("days", "level", "says"),
    [
        (400, Level.OK, "good for 400 days"),
        (29.5, Level.WARN, "good for 29 more day(s)"),
        (-0.5, Level.FAIL, "ended 1 day(s) ago"),
    ],
)
def test_a_certificate_is_told_by_the_days_it_has_left(days: float, level: Level, says: str) -> None:
    found = judge_days("ca", days * 86_400)
    assert (found.level, found.measured) == (level, says)


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("IP address mismatch, certificate is not valid for '10.0.0.1'", "must carry 10.0.0.1"),
        ("Hostname mismatch, certificate is not valid for 'b'.", "must carry"),
        ("certificate has expired", "clock"),
        ("unable to get local issuer certificate", "signed by none of /ca.pem"),
        ("self-signed certificate", "not your broker"),
    ],
)
def test_why_it_is_not_believed_leads_to_what_helps(reason: str, remedy: str) -> None:
    found = judge_trust("10.0.0.1", "/ca.pem", reason)
    assert found.level is Level.FAIL
    assert reason in found.measured
    assert remedy in found.remedy


def test_a_key_that_everybody_may_read_is_none() -> None:
    assert judge_secret("key_file", "/k", 0o644).level is Level.WARN
    assert judge_secret("key_file", "/k", 0o640).level is Level.OK


def test_plain_text_is_right_on_this_machine_only() -> None:
    assert judge_plain("127.0.0.1").level is judge_plain("localhost").level is Level.OK
    assert judge_plain("10.0.0.7").level is Level.WARN


@pytest.mark.parametrize(
    ("session", "levels", "says"),
    [
        (Session(LOGIN, "not authorised"), [Level.FAIL], "refused to user pumpd: not authorised"),
        (Session(SUBSCRIPTION, "lost"), [Level.OK, Level.FAIL], "the session ended: lost"),
        (Session(refused=("a/b",)), [Level.OK, Level.FAIL], "refused: a/b"),
        (Session(heard={"bed-1": 7}), [Level.OK, Level.OK], "granted and delivering: 7 word(s) in 10 s"),
        (Session(heard={"bed-1": 0}, came_back=True), [Level.OK, Level.WARN], "our own word came back"),
        (Session(heard={"bed-1": 0}, came_back=False), [Level.OK, Level.FAIL], "nothing is delivered"),
    ],
)
def test_a_grant_proves_nothing_a_word_does(session: Session, levels: list[Level], says: str) -> None:
    """Row 44: mosquitto's access list grants a subscription and starves it."""
    found = judge_session(session, "user pumpd", 10.0)
    assert [one.level for one in found] == levels
    assert says in found[-1].measured


async def test_a_broker_that_is_not_there_is_told_by_what_the_machine_says() -> None:
    found = await reach(BrokerSettings("127.0.0.1", 1))
    assert found.level is Level.FAIL
    assert "127.0.0.1:1" in found.measured
    found = await reach(BrokerSettings("no-such-host.invalid", 1883))
    assert found.level is Level.FAIL
