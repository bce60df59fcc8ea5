"""`pumpd panel`: the nurse's web panel, a process of its own beside the daemon.

Theory of operation. The panel knows the console's socket and nothing else of the daemon; this verb gives it what lies
outside that: where to listen, the certificate, the pair file, and the alarm sounds as numbers. A PIN must not cross a
network in the clear, so anything but this machine's own address needs a certificate.
"""

import argparse
import ipaddress
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

DEFAULT_SOCKET = "/run/pumpd/console.sock"
DEFAULT_LISTEN = "127.0.0.1:8443"
DEFAULT_PAIR_FILE = Path("/var/lib/pumpd-panel/pair.json")


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    panel = verbs.add_parser("panel", help="serve the nurse's panel to browsers")
    socket = os.environ.get("PUMPD_SOCKET", DEFAULT_SOCKET)
    panel.add_argument("--socket", default=socket, metavar="PATH", help="the daemon's console")
    panel.add_argument(
        "--listen", default=DEFAULT_LISTEN, metavar="HOST:PORT", help=f"default {DEFAULT_LISTEN}"
    )
    panel.add_argument(
        "--channel", action="append", default=[], metavar="NAME", help="a bed; repeat for several"
    )
    panel.add_argument(
        "--name", action="append", default=[], metavar="HOST:PORT", help="another name browsers use"
    )
    panel.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate, PEM")
    panel.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM")
    panel.add_argument("--pair-file", type=Path, default=DEFAULT_PAIR_FILE, metavar="FILE")
    panel.add_argument(
        "--journal",
        type=Path,
        metavar="FILE",
        help="the daemon's journal, read only: offer each session's report",
    )
    panel.add_argument("--language", default="", choices=("", "en", "de"), help="for who has not chosen")
    panel.set_defaults(run=run_panel)


def bursts() -> dict[str, Any]:
    """The alarm sounds as the page's script plays them: pulses in ms and hertz, and the beat."""
    from pumpd.tones.patterns import BURSTS, HERTZ, REMINDER
    from pumpd.tones.render import PARTIALS, RAMP_MS

    named = {priority.value: burst for priority, burst in BURSTS.items()} | {"reminder": REMINDER}
    shown: dict[str, Any] = {
        name: {
            "repeat_ms": burst.repeat_ms,
            "pulses": [{**asdict(one), "hz": HERTZ[one.pitch]} for one in burst.pulses],
        }
        for name, burst in named.items()
    }
    return shown | {"partials": list(PARTIALS), "ramp_ms": RAMP_MS}


def split(address: str) -> tuple[str, int]:
    """ "127.0.0.1:8443" or "[::1]:8443" as host and port.

    Raises:
        ValueError: it is neither.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError(f"{address}: an address is HOST:PORT, e.g. {DEFAULT_LISTEN}")
    return host.strip("[]"), int(port)


def is_this_machine(host: str) -> bool:
    """Whether only programs on this machine can reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def run_panel(args: argparse.Namespace) -> int:
    """Serve; exit 0 after a clean stop, 2 when it may not start."""
    from pumpd.console_client import ConsoleClient
    from pumpd.panel import pairing, serve
    from pumpd.panel.app import Panel
    from pumpd.panel.reports import Reports

    is_tls = args.tls_cert is not None
    try:
        host, port = split(args.listen)
        if is_tls is (args.tls_key is None):
            raise ValueError("--tls-cert and --tls-key go together")
        if not is_tls and not is_this_machine(host):
            raise ValueError(
                f"{host} can be reached from elsewhere and PINs would travel in the clear: --tls-cert"
            )
        pair = pairing.load(args.pair_file)
        listening = serve.bound(host, port)
    except (ValueError, pairing.PairFileRefused) as refused:
        print(f"pumpd panel: {refused}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"pumpd panel: cannot listen on {args.listen}: {error.strerror}", file=sys.stderr)
        return 2
    bound_port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    own = [f"{shown}:{bound_port}"] + ([f"localhost:{bound_port}"] if is_this_machine(host) else [])
    hosts = [*own, *args.name]
    client, reports = ConsoleClient(args.socket), Reports(args.journal)
    panel = Panel(client, args.channel, pair, hosts, bursts(), is_tls, args.language, reports)
    address = f"{'https' if is_tls else 'http'}://{hosts[0]}"

    def ready() -> None:
        print(f"panel at {address}/  pairing code {pair.code}", flush=True)
        print(f"READY {address}/pair#{pair.code}", flush=True)

    serve.serve(panel, listening, ready, args.tls_cert, args.tls_key)
    return 0
