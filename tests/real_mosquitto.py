"""Debian's mosquitto as a child process on loopback, to be stopped, killed, frozen and brought back.

Theory of operation. The configuration is written by the test into its own directory; nothing of the
machine's broker is touched. Readiness and what the broker saw are read from its own log as it writes it, so
no test sleeps to synchronise. The port is chosen once and kept over restarts, because clients reconnect to
it.
"""

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections import deque
from pathlib import Path

from real_time import go_ahead

READY_S = 10.0


def mosquitto_binary() -> str:
    """Path of the broker. Raises FileNotFoundError: tests that need it fail, they do not hide."""
    found = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    if found is None:
        raise FileNotFoundError("mosquitto is not installed; deselect with -m 'not mosquitto'")
    return found


def dynamic_security_plugin() -> str:
    """Path of the plugin that can refuse a subscription, wherever this machine's architecture puts it."""
    found = sorted(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    if not found:
        raise FileNotFoundError("mosquitto_dynamic_security.so is not installed")
    return str(found[0])


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Certificates:
    """PEM files made with the openssl program: `ca`, `server`, `client` and an unrelated `other_ca`."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self._directory = directory
        self.ca, self.ca_key = self._authority("ca")
        self.other_ca, _ = self._authority("other")
        self.server, self.server_key = self._signed("server", "127.0.0.1")
        self.client, self.client_key = self._signed("client", "pumpd")

    def signed_for(self, common_name: str) -> tuple[str, str]:
        """One more client: certificate and key."""
        return self._signed(common_name, common_name)

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self._directory)

    def _authority(self, name: str) -> tuple[str, str]:
        certificate, key = str(self._directory / f"{name}.pem"), str(self._directory / f"{name}.key")
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", f"/CN=pumpd test {name}", "-keyout", key, "-out", certificate),
        )
        return certificate, key

    def _signed(self, name: str, common_name: str) -> tuple[str, str]:
        certificate, key = str(self._directory / f"{name}.pem"), str(self._directory / f"{name}.key")
        request, extension = self._directory / f"{name}.csr", self._directory / f"{name}.ext"
        extension.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self._openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", f"/CN={common_name}", "-keyout", key, "-out", str(request)),
        )
        self._openssl(
            *("x509", "-req", "-days", "2", "-in", str(request), "-CA", self.ca, "-CAkey", self.ca_key),
            *("-CAcreateserial", "-extfile", str(extension), "-out", certificate),
        )
        return certificate, key


class Mosquitto:
    """One broker. Extra configuration lines come after the listener; `{dir}` in them is its own directory."""

    def __init__(self, directory: Path, *lines: str, certificates: Certificates | None = None) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self._lines = lines
        self._certificates = certificates
        self._process: subprocess.Popen[str] | None = None
        self._log: deque[str] = deque(maxlen=5_000)
        self._news = threading.Condition()
        self._is_frozen = False

    def start(self) -> None:
        """Start, and return when the listener is open."""
        configuration = self.directory / "mosquitto.conf"
        configuration.write_text("\n".join(self._configuration()) + "\n")
        self.start_with(configuration)

    def start_with(self, configuration: Path) -> None:
        """Start on a file that somebody else has written, for the listener at `port`."""
        with self._news:
            self._log.clear()
        self._process = subprocess.Popen(
            [mosquitto_binary(), "-c", str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._follow, args=(self._process,), daemon=True).start()
        self.wait_for_log(" running")
        go_ahead(self._process.pid)

    def stop(self) -> None:
        """Orderly end: clients are told, persistent state is written."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, as by the kernel for want of memory."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP: sockets stay open, nothing answers."""
        self._signal(signal.SIGSTOP)
        self._is_frozen = True

    def thaw(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)
        self._is_frozen = False

    def close(self) -> None:
        """End whatever is left."""
        if self._process is not None:
            self.kill()

    def wait_for_log(self, text: str, timeout_s: float = READY_S, *, times: int = 1) -> None:
        """Wait until this run's log has `text` on `times` lines. Raises TimeoutError with the log's end."""
        with self._news:
            if not self._news.wait_for(lambda: self._ended() or self.logged(text) >= times, timeout_s):
                raise TimeoutError(f"{text!r} not seen in:\n" + "\n".join(list(self._log)[-20:]))
            if self.logged(text) < times:
                raise RuntimeError("mosquitto ended:\n" + "\n".join(list(self._log)[-20:]))

    def logged(self, text: str) -> int:
        """How many lines of the log have `text`."""
        return sum(text in line for line in list(self._log))

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _configuration(self) -> list[str]:
        lines = [
            f"listener {self.port} 127.0.0.1",
            "set_tcp_nodelay true",
            "log_dest stderr",
            "log_type all",
            "persistence false",
            "message_size_limit 16384",
        ]
        if os.geteuid() == 0:
            # It would otherwise give up root for a user that cannot read the test's directory.
            lines.append("user root")
        if self._certificates is not None:
            lines += [
                f"cafile {self._certificates.ca}",
                f"certfile {self._certificates.server}",
                f"keyfile {self._certificates.server_key}",
                "require_certificate true",
            ]
        own = [line.replace("{dir}", str(self.directory)) for line in self._lines]
        if not any(line.startswith("allow_anonymous") for line in own):
            own.append("allow_anonymous true")
        return lines + own

    def _follow(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as log:
            for line in log:
                with self._news:
                    if process is self._process:
                        self._log.append(line.rstrip())
                        self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        process, self._process = self._process, None
        process.send_signal(number)
        if self._is_frozen:
            process.send_signal(signal.SIGCONT)
            self._is_frozen = False
        process.wait(READY_S)
