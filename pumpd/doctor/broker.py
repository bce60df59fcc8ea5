"""The broker: reachable, trusted, willing to let us in, and really passing on what monitors say.

Theory of operation. The steps stand on one another (address, TLS, credentials, subscription, words), so the first that
fails is told and the rest is not asked. An access list of mosquitto 2.0 grants a subscription that it then starves
(docs of `shell.feeds.mqtt`), so a grant proves nothing: only a word that arrives does. Where no monitor speaks, one of our
own is sent to a device name that no bed has, and either comes back or does not.

The session is the doctor's: its own client name, no last will, nothing retained, so a running daemon is not disturbed.
"""

import asyncio
import contextlib
import math
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt

from pumpd.certificates import DAYS_SOON, NoCertificate, end_of, ends_in_file
from pumpd.doctor.bounded import apart
from pumpd.doctor.signals import Ear
from pumpd.doctor.verdict import Finding, fail, ok, warn
from pumpd.shell.feeds import topics
from pumpd.shell.feeds.mqtt import BrokerSettings, TlsFiles

BROKER, TLS, LOGIN, SUBSCRIPTION = "broker", "tls", "login", "subscription"
REACH_S = 3.0
#: The device that our own word is sent for; no bed may have one of this name.
OWN_DEVICE = "pumpd-doctor"
OWN_WORD = b'{"pumpd-doctor":"does a word come back?"}'
OWN_WORD_S = 2.0


@dataclass(slots=True)
class Session:
    """What a session with the broker came to.

    Attributes:
        failed_at: the check that failed; "" for none. reason: why, in the library's words.
        refused: topics whose subscription the broker refused.
        heard: by bed, how many words of bound or unbound devices came, retained ones left out.
        came_back: our own word: None while it was not needed.
    """

    failed_at: str = ""
    reason: str = ""
    refused: tuple[str, ...] = ()
    heard: dict[str, int] = field(default_factory=dict)
    came_back: bool | None = None


async def look_at_tls(settings: BrokerSettings) -> tuple[Finding, ...]:
    """Certificate chain, name and days left, of the broker's and of our own files."""
    if settings.tls is None:
        return (judge_plain(settings.host),)
    files = settings.tls
    found = list(await apart(lambda: tuple(_files(files, datetime.now(UTC)))))
    if all(one.level == 0 for one in found) or not any("cannot" in one.measured for one in found):
        found.append(await apart(lambda: _handshake(settings, files)))
    return tuple(found)


def judge_plain(host: str) -> Finding:
    """No TLS: right on this machine and nowhere else."""
    if host == "localhost" or host.startswith("127.") or host == "::1":
        return ok(TLS, "", f"none, and none is needed: {host} is this machine")
    told = f"none towards {host}: anybody on the network can speak for a monitor"
    return warn(TLS, "", told, "tls = true with a ca_file, and a listener for it at the broker")


def _files(files: TlsFiles, now: datetime) -> Sequence[Finding]:
    found = []
    for key, path in (("ca_file", files.ca), ("cert_file", files.cert)):
        if path is None:
            continue
        try:
            found.append(judge_days(f"{key} {path}", (ends_in_file(Path(path)) - now).total_seconds()))
        except (OSError, NoCertificate) as wrong:
            words = wrong.strerror if isinstance(wrong, OSError) else str(wrong)
            found.append(fail(TLS, f"{key} {path}", f"cannot be read: {words}", f"correct broker.{key}"))
    if files.key is not None:
        try:
            mode = Path(files.key).stat().st_mode & 0o777
            found.append(judge_secret("key_file", files.key, mode))
        except OSError as wrong:
            told = f"cannot be read: {wrong.strerror}"
            found.append(fail(TLS, f"key_file {files.key}", told, "correct broker.key_file"))
    return found


def judge_secret(key: str, path: str, mode: int) -> Finding:
    """Whether a secret is one."""
    if mode & 0o007:
        return warn(TLS, f"{key} {path}", f"everybody may read it ({mode:04o})", f"chmod 0640 {path}")
    return ok(TLS, f"{key} {path}", f"there, {mode:04o}")


def judge_days(subject: str, left_s: float) -> Finding:
    """Whether a certificate is good, and for how long."""
    days = math.floor(left_s / 86_400)
    if left_s <= 0:
        return fail(TLS, subject, f"ended {-days} day(s) ago", "have a new one made")
    if days < DAYS_SOON:
        return warn(TLS, subject, f"good for {days} more day(s)", "have a new one made now")
    return ok(TLS, subject, f"good for {days} days")


def _handshake(settings: BrokerSettings, files: TlsFiles) -> Finding:
    try:
        context = ssl.create_default_context(cafile=files.ca)
        if files.cert is not None:
            context.load_cert_chain(files.cert, files.key)
    except (OSError, ssl.SSLError) as wrong:
        return fail(TLS, "", f"our own files are no pair: {wrong}", "cert_file and key_file belong together")
    try:
        with (
            socket.create_connection((settings.host, settings.port), REACH_S) as plain,
            context.wrap_socket(plain, server_hostname=settings.host) as line,
        ):
            der = line.getpeercert(binary_form=True)
            version = line.version()
    except ssl.SSLCertVerificationError as wrong:
        return judge_trust(settings.host, files.ca, wrong.verify_message)
    except (OSError, ssl.SSLError) as wrong:
        told = f"no TLS with {settings.host}:{settings.port}: {wrong}"
        return fail(TLS, "", told, "the broker speaks no TLS on this port, or wants another version")
    left_s = (end_of(der or b"") - datetime.now(UTC)).total_seconds()
    judged = judge_days("broker's certificate", left_s)
    told = f"{version}, chain and name {settings.host} right; {judged.measured}"
    return Finding(TLS, judged.subject, judged.level, told, judged.remedy)


def judge_trust(host: str, ca_file: str, reason: str) -> Finding:
    """Why the broker's certificate is not believed, and what helps."""
    subject = "broker's certificate"
    if "mismatch" in reason or "valid for" in reason:
        remedy = f"the certificate must carry {host}; or write the name that it carries as broker.host"
    elif "expired" in reason or "not yet valid" in reason:
        remedy = "have a new one made, and look at this machine's clock"
    else:
        remedy = f"it is signed by none of {ca_file}: another ca_file, or it is not your broker"
    return fail(TLS, subject, f"not believed: {reason}", remedy)


async def reach(settings: BrokerSettings) -> Finding:
    """Whether anybody takes a connection there, and how fast."""
    place, began_s = f"{settings.host}:{settings.port}", time.monotonic()
    try:
        async with asyncio.timeout(REACH_S):
            _, writer = await asyncio.open_connection(settings.host, settings.port)
    except TimeoutError:
        told, remedy = f"{place}: no answer within {REACH_S:g} s", "a firewall, a wrong address or no power"
        return fail(BROKER, "", told, remedy)
    except OSError as wrong:
        name = isinstance(wrong, socket.gaierror)
        remedy = (
            "correct broker.host, or see to DNS"
            if name
            else "start the broker; is its listener on this port?"
        )
        return fail(BROKER, "", f"{place}: {wrong.strerror or wrong}", remedy)
    took_ms = (time.monotonic() - began_s) * 1000
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
    return ok(BROKER, "", f"{place}: connected in {took_ms:.0f} ms")


async def listen(settings: BrokerSettings, ear: Ear, beds: Sequence[str], listen_s: float) -> Session:
    """Log in, subscribe to what the beds need, listen."""
    session = Session(LOGIN)
    tls = None if settings.tls is None else await apart(lambda: _context(settings.tls))
    client = aiomqtt.Client(
        settings.host,
        settings.port,
        identifier=f"{OWN_DEVICE}-{time.monotonic_ns():x}"[:23],
        username=settings.username,
        password=settings.password,
        keepalive=settings.keepalive_s,
        timeout=settings.timeout_s,
        tls_context=tls,
    )
    try:
        async with client:
            session.failed_at = SUBSCRIPTION
            wanted = list(ear.topics)
            codes = await client.subscribe([(name, 1) for name in wanted])
            grants = [code if isinstance(code, int) else code.value for code in codes]
            session.refused = tuple(name for name, grant in zip(wanted, grants, strict=True) if grant >= 0x80)
            session.heard = dict.fromkeys(beds, 0)
            session.failed_at = ""
            await _collect(client, session, listen_s, ear)
            silent = [bed for bed, count in session.heard.items() if not count]
            if silent and not session.refused:
                session.came_back = False
                await client.publish(topics.vitals(silent[0], OWN_DEVICE), OWN_WORD, qos=1)
                await _collect(client, session, OWN_WORD_S, ear)
    except (aiomqtt.MqttError, OSError) as wrong:
        session.reason = str(wrong)
        session.failed_at = session.failed_at or SUBSCRIPTION
    return session


async def _collect(client: aiomqtt.Client, session: Session, for_s: float, ear: Ear) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(for_s):
            async for message in client.messages:
                name, payload = message.topic.value, message.payload
                address = topics.parse(name)
                bed = ear.bed_of.get(name) or (address.bed if address is not None else "")
                if not bed or not isinstance(payload, bytes):
                    continue
                if address is not None and address.device == OWN_DEVICE:
                    session.came_back = True
                    return
                if not message.retain and (address is None or address.kind == "vitals"):
                    session.heard[bed] = session.heard.get(bed, 0) + 1
                ear.hear(name, payload, bool(message.retain), time.monotonic())


def _context(files: TlsFiles | None) -> ssl.SSLContext:
    assert files is not None
    context = ssl.create_default_context(cafile=files.ca)
    if files.cert is not None:
        context.load_cert_chain(files.cert, files.key)
    return context


def judge_session(session: Session, who: str, listen_s: float) -> tuple[Finding, ...]:
    """Credentials and subscription, each once. `who`: the account, in words."""
    if session.failed_at == LOGIN:
        remedy = (
            "correct username and password_file, or the certificate, or the broker's own list of accounts"
        )
        return (fail(LOGIN, "", f"refused to {who}: {session.reason}", remedy),)
    found = [ok(LOGIN, "", f"accepted as {who}")]
    if session.failed_at:
        told = f"the session ended: {session.reason}"
        return (*found, fail(SUBSCRIPTION, "", told, "look at the broker's log"))
    if session.refused:
        remedy = f"give {who} `topic read pumpd/v1/vitals/#` and `topic read pumpd/v1/status/#`"
        return (*found, fail(SUBSCRIPTION, "", f"refused: {', '.join(session.refused)}", remedy))
    return (*found, *(_delivers(bed, count, session, who, listen_s) for bed, count in session.heard.items()))


def _delivers(bed: str, count: int, session: Session, who: str, listen_s: float) -> Finding:
    if count:
        return ok(SUBSCRIPTION, bed, f"granted and delivering: {count} word(s) in {listen_s:g} s")
    if session.came_back:
        told = f"granted, and our own word came back; no monitor spoke in {listen_s:g} s"
        return warn(SUBSCRIPTION, bed, told, "switch the monitors on; see the lines below")
    told = (
        f"granted, and nothing is delivered: no monitor in {listen_s:g} s, and our own word did not come back"
    )
    remedy = f"either no monitor speaks, or the broker's access list starves {who}: "
    return fail(
        SUBSCRIPTION, bed, told, remedy + "it needs `topic read pumpd/v1/vitals/#`, monitors `topic write`"
    )
