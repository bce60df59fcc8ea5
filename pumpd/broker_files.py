"""What a mosquitto broker needs to know of this site: who may say what, and how it must listen.

Theory of operation. A feed believes a topic (`pumpd.shell.feeds.routing`): whoever may publish on a monitor's topic is that
monitor. So the broker's access list is part of the interlock, and is made from the configuration that the daemon runs on,
name by name: each device may publish its own numbers at its own bed and nothing else, a gateway on its own topic, the
daemon what the daemon says. A monitor that is carried to another bed cannot speak there until somebody has bound it. Users
are the common names of client certificates; nobody without one is let in, and nobody may command anything over MQTT at all,
because the daemon subscribes to nothing that commands (facts/faults.md section 6).

mosquitto grants a subscription that its list does not cover and then delivers nothing, so a list that has gone stale shows
as silence, which trips. `pumpd doctor` tells the two apart.
"""

from collections.abc import Iterator

from pumpd.config import Channel, Config, config_hash

#: The daemon's own common name where the configuration names no user.
DAEMON = "pumpd"
#: Who looks and never speaks: central station, recorder, display.
VIEWER = "pumpd-viewer"
FOLDER = "/etc/mosquitto/pumpd"


def access_list(config: Config) -> str:
    """The file for mosquitto's `acl_file`."""
    lines = [
        f"# Made by `pumpd config acl` from configuration {config_hash(config)[:12]}; make it anew after every change.",
        "# A user is the common name of a client certificate. What is not named here is not allowed.",
        *_daemon(config),
    ]
    for device, allowed in sorted(_devices(config).items()):
        lines += ["", f"user {device}", *allowed]
    lines += ["", "# Reads what the daemon tells: a central station, a recorder.", f"user {VIEWER}"]
    lines += [f"topic read pumpd/v1/{kind}/#" for kind in ("state", "alarm", "heartbeat", "alive")]
    return "\n".join(lines) + "\n"


def _daemon(config: Config) -> Iterator[str]:
    yield ""
    yield f"user {config.broker.username or DAEMON}"
    for bed in sorted({one.bed for one in config.channels}):
        yield f"topic read pumpd/v1/vitals/{bed}/+"
        yield f"topic read pumpd/v1/status/{bed}/+"
        yield f"topic write pumpd/v1/request/{bed}"
    for topic in sorted({gateway.topic for one in config.channels for gateway in one.gateways}):
        yield f"topic read {topic}"
    for one in config.channels:
        yield f"topic write pumpd/v1/state/{one.name}"
        yield f"topic write pumpd/v1/alarm/{one.name}/#"
    yield f"topic write pumpd/v1/heartbeat/{config.site.name}"
    yield f"topic write pumpd/v1/alive/{config.site.name}"


def _devices(config: Config) -> dict[str, list[str]]:
    """By common name, what each may. A device that speaks through a gateway has no voice of its own."""
    found: dict[str, list[str]] = {}
    for channel in config.channels:
        behind = {gateway.device: gateway.topic for gateway in channel.gateways}
        for device in _bound(channel):
            if device in behind:
                found[f"gateway-{device}"] = [f"topic write {behind[device]}"]
            else:
                found[device] = [
                    f"topic write pumpd/v1/vitals/{channel.bed}/{device}",
                    f"topic write pumpd/v1/status/{channel.bed}/{device}",
                    f"topic read pumpd/v1/request/{channel.bed}",
                ]
    return found


def _bound(channel: Channel) -> tuple[str, ...]:
    own = (channel.transducer, channel.air_sensor, channel.button)
    return (*channel.monitors, *(device for device in own if device is not None))


def broker_conf(config: Config) -> str:
    """The file for mosquitto's `conf.d`: TLS with client certificates, this access list, nothing kept."""
    return f"""\
# Made by `pumpd config broker`; goes to /etc/mosquitto/conf.d/pumpd.conf, `pumpd config acl` to {FOLDER}/acl.
# Nothing else may listen on this machine: `per_listener_settings` stays false.
listener {config.broker.port}
allow_anonymous false
cafile {FOLDER}/ca.pem
certfile {FOLDER}/broker.pem
keyfile {FOLDER}/broker.key
tls_version tlsv1.2
# Who speaks is the common name of its certificate.
require_certificate true
use_identity_as_username true
acl_file {FOLDER}/acl
# A measurement that waited is no measurement: nothing is kept for who is away, or over a restart.
persistence false
queue_qos0_messages false
max_queued_messages 100
max_packet_size 65536
max_keepalive 60
set_tcp_nodelay true
connection_messages true
"""
