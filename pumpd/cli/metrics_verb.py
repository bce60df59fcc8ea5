"""`pumpd metrics`: Prometheus metrics, in a process of their own beside the daemon (decision 0026).

Theory of operation. Like the panel, this knows the console's socket and nothing else of the daemon, and asks one verb that
moves nothing. It serves scrapes on loopback, or under TLS elsewhere; or writes one exposition to a file for node_exporter's
textfile collector and ends, for sites that open no further port.
"""

import argparse
import os
import signal
import ssl
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pumpd.cli.panel_verb import DEFAULT_SOCKET, is_this_machine, split

DEFAULT_LISTEN = "127.0.0.1:9469"


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    metrics = verbs.add_parser("metrics", help="serve metrics to Prometheus, or write them to a file")
    socket = os.environ.get("PUMPD_SOCKET", DEFAULT_SOCKET)
    metrics.add_argument("--socket", default=socket, metavar="PATH", help="the daemon's console")
    metrics.add_argument(
        "--listen", default=DEFAULT_LISTEN, metavar="HOST:PORT", help=f"default {DEFAULT_LISTEN}"
    )
    metrics.add_argument(
        "--channel", action="append", default=[], metavar="NAME", help="a channel; repeat for several"
    )
    metrics.add_argument(
        "--textfile", type=Path, metavar="FILE.prom", help="write once to this file, and end"
    )
    metrics.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate, PEM")
    metrics.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM")
    metrics.add_argument(
        "--tls-client-ca",
        type=Path,
        metavar="FILE",
        help="serve only who has a certificate of this authority",
    )
    metrics.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT, or write the file. Exit 0 done, 1 written without a daemon, 2 not possible."""
    from prometheus_client import CollectorRegistry, write_to_textfile

    from pumpd.console_client import ConsoleClient, ConsoleUnreachable
    from pumpd.outputs.metrics import Channels, Unanswered

    client = ConsoleClient(args.socket)
    is_told = False

    def ask(channel: str | None) -> Mapping[str, Any]:
        nonlocal is_told
        try:
            state = client.status(channel)
        except ConsoleUnreachable as gone:
            print(f"pumpd metrics: {gone}", file=sys.stderr, flush=True)
            raise Unanswered(str(gone)) from gone
        is_told = True
        return state

    registry = CollectorRegistry()
    registry.register(Channels(args.channel, ask))
    if args.textfile is None:
        return _serve(args, registry)
    try:
        write_to_textfile(str(args.textfile), registry)
    except OSError as error:
        print(f"pumpd metrics: {args.textfile}: {error.strerror}", file=sys.stderr)
        return 2
    return 0 if is_told else 1


def _serve(args: argparse.Namespace, registry: Any) -> int:
    from prometheus_client import start_http_server

    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    try:
        host, port = split(args.listen)
        if (args.tls_cert is None) is not (args.tls_key is None):
            raise ValueError("--tls-cert and --tls-key go together")
        if args.tls_cert is None and not is_this_machine(host):
            raise ValueError(f"{host} can be reached from elsewhere: --tls-cert, and --tls-client-ca")
        if args.tls_cert is not None:
            # The library binds first and forgets the socket when it cannot read these.
            context = ssl.create_default_context(cafile=_name(args.tls_client_ca))
            context.load_cert_chain(args.tls_cert, args.tls_key)
        server, _ = start_http_server(
            port,
            host,
            registry,
            certfile=_name(args.tls_cert),
            keyfile=_name(args.tls_key),
            client_cafile=_name(args.tls_client_ca),
            client_auth_required=args.tls_client_ca is not None,
        )
    except ValueError as refused:
        print(f"pumpd metrics: {refused}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"pumpd metrics: cannot listen on {args.listen}: {error.strerror or error}", file=sys.stderr)
        return 2
    scheme = "http" if args.tls_cert is None else "https"
    shown = f"[{host}]" if ":" in host else host
    print(f"READY {scheme}://{shown}:{server.server_port}/metrics", flush=True)
    over.wait()
    server.shutdown()
    return 0


def _name(file: Path | None) -> str | None:
    return None if file is None else str(file)
