"""A box, its relay and a centre: three real brokers from the files that are shipped, on loopback, with TLS.

Theory of operation. Of the shipped files only what a machine must settle is replaced: addresses, the places of
certificates, the listener (the bench makes its own). Everything else runs as it stands in docs/mqtt. `FalseCentre` stands
where the centre should be and sends what nobody asked for.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from pathlib import Path

from real_mosquitto import Certificates, Mosquitto
from topic_ear import TopicEar

SHIPPED = Path(__file__).parents[1] / "docs/mqtt"
#: What the bench's own broker settles, and a machine must.
_OWN = (
    "listener",
    "cafile",
    "certfile",
    "keyfile",
    "require_certificate",
    "persistence",
    "message_size_limit",
)
#: The box's own list, as docs/engineer.md has it, as far as the fleet needs it.
BOX_ACL = """
user pumpd
topic read pumpd/v1/vitals/#
topic read pumpd/v1/status/#
topic write pumpd/v1/request/#
topic write pumpd/v1/state/#
topic write pumpd/v1/alarm/#
topic write pumpd/v1/heartbeat/#
topic write pumpd/v1/alive/#
user monitor-1
topic write pumpd/v1/vitals/bed-1/monitor-1
"""


def shipped(name: str, **replaced: str) -> tuple[str, ...]:
    """The lines of a shipped configuration without comments and without what the bench settles."""
    text = (SHIPPED / name).read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old in text, f"{name} no longer has {old}"
        text = text.replace(old, new)
    lines = [one for one in text.splitlines() if one.strip() and not one.startswith("#")]
    return tuple(one for one in lines if one.split()[0] not in _OWN and not one.startswith("set_tcp_nodelay"))


class Fleet:
    """One box, one centre."""

    def __init__(self, make: Callable[..., Mosquitto], certificates: Certificates, folder: Path) -> None:
        self._make = make
        self.certificates = certificates
        self.folder = folder
        self.ears: list[TopicEar] = []
        box_acl = folder / "box.acl"
        box_acl.write_text(BOX_ACL + (SHIPPED / "relay-inner.acl").read_text(encoding="utf-8"))
        identity = ("use_identity_as_username true", "allow_anonymous false")
        self.inner = make(*identity, f"acl_file {box_acl}", certificates=certificates)
        acl = str(SHIPPED / "central.acl")
        lines = shipped("central.conf", **{"/etc/mosquitto/pumpd/central.acl": acl})
        self.central = make(*lines, certificates=certificates)

    def relay(self, box: str = "box-1", central_port: int | None = None) -> Mosquitto:
        """The relay of a box, not started."""
        inner_files = self._files("relay")
        own_files = self._files(box)
        text_of = {
            "127.0.0.1:8883": f"127.0.0.1:{self.inner.port}",
            "central.example:8883": f"127.0.0.1:{central_port or self.central.port}",
            "/etc/mosquitto/pumpd/ca.pem": self.certificates.ca,
            "/etc/mosquitto/pumpd/central-ca.pem": self.certificates.ca,
            "/etc/mosquitto/pumpd/relay.pem": inner_files[0],
            "/etc/mosquitto/pumpd/relay.key": inner_files[1],
            "/etc/mosquitto/pumpd/box-1.pem": own_files[0],
            "/etc/mosquitto/pumpd/box-1.key": own_files[1],
            "restart_timeout 2 30": "restart_timeout 1",
        }
        lines = shipped("relay.conf", **text_of)
        return self._make(*(one.replace("box-1", box) for one in lines))

    def ear(self, broker: Mosquitto, user: str, *filters: str) -> TopicEar:
        """Connected as `user`, by certificate."""
        cert, key = self._files(user)
        self.ears.append(TopicEar(broker.port, *filters, ca=self.certificates.ca, cert=cert, key=key))
        return self.ears[-1]

    def close(self) -> None:
        for one in self.ears:
            one.close()

    def _files(self, user: str) -> tuple[str, str]:
        folder = Path(self.certificates.ca).parent
        cert, key = folder / f"{user}.pem", folder / f"{user}.key"
        return (str(cert), str(key)) if cert.exists() else self.certificates.signed_for(user)


class FalseCentre:
    """Takes the bridge's connection and publishes down it, unasked."""

    def __init__(self, certificates: Certificates, payload: bytes, *topics: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.server, certificates.server_key)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.has_sent = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(context, payload, topics), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._door.close()
        self._thread.join(5)

    def _serve(self, context: ssl.SSLContext, payload: bytes, topics: tuple[str, ...]) -> None:
        try:
            plain, _ = self._door.accept()
            with context.wrap_socket(plain, server_side=True) as line:
                line.settimeout(5)
                assert line.recv(4_096)[0] == 0x10, "a CONNECT"
                line.sendall(b"\x20\x02\x00\x00")
                line.recv(4_096)
                for topic in topics:
                    name = topic.encode()
                    body = struct.pack(">H", len(name)) + name + payload
                    assert len(body) < 128
                    line.sendall(bytes((0x31, len(body))) + body)
                self.has_sent.set()
                while line.recv(4_096):
                    pass
        except OSError:
            return
