"""The ways in which an engineer gets the configuration wrong: one changed line each, and what has to be said of it.

Theory of operation. Two readers are held against this table: `pumpd check`, which must name line, key and what would be
right, and the JSON Schema, which must refuse the same unless the row says that no schema could.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """Replace `old` in the documents' example by `new`.

    Attributes:
        key: how the fault names the place. says: what stands in the fault.
        is_seen_by_schema: False where a schema cannot know it, e.g. what lies between two tables.
        at: what stands at the line of the fault, where that is not the changed one.
    """

    old: str
    new: str
    key: str
    says: str
    is_seen_by_schema: bool = True
    at: str = ""

    def line(self, text: str) -> int:
        """Where the fault stands in the example with this slip: at `at`, or in the last line that was put in."""
        if self.at:
            return text[: text.index(self.at)].count("\n") + 1
        return text[: text.index(self.old)].count("\n") + 1 + self.new.count("\n")


SLIPS = tuple(
    Slip(*row)
    for row in (
        ("port = 8883", 'port = "8883"', "broker.port", "whole number"),
        ("port = 8883", "port = 8883.0", "broker.port", "whole number", False),
        ("port = 8883", "port = true", "broker.port", "whole number"),
        ("port = 8883", "port = 0", "broker.port", "at least 1"),
        ("port = 8883", "port = 65536", "broker.port", "at most 65535"),
        ("tls = true", "tls = 1", "broker.tls", "true or false"),
        ("keepalive_s = 4", "keepalive_s = 6", "broker.keepalive_s", "at most 5 (s"),
        ("keepalive_s = 4", "keepalive_s = nan", "broker.keepalive_s = nan", "whole number"),
        ("keepalive_s = 4", "keepalive_s = inf", "broker.keepalive_s = inf", "whole number"),
        ("keepalive_s = 4", "keepalive_s = -inf", "broker.keepalive_s = -inf", "whole number"),
        ("keepalive_s = 4", "keepalive_ms = 4", "broker.keepalive_ms", "did you mean keepalive_s?"),
        ('path = "/var', 'path = "var', "journal.path", "absolute path"),
        ('path = "/var', 'path = "/../var', "journal.path", "absolute path"),
        ('mode = "0660"', "mode = 660", "console.mode", "text in quotes"),
        ('mode = "0660"', 'mode = "0666"', "console.mode", "right form"),
        ('"/run/pumpd/', f'"/run/{"p" * 100}/', "console.socket", "at most 107 bytes"),
        ('roles = ["nurse"]', 'roles = ["nurce"]', "users[nina].roles[1]", "'nurse'"),
        ('roles = ["engineer"]', "roles = []", "users[otto].roles", "is empty"),
        ('roles = ["engineer"]', 'roles = "engineer"', "users[otto].roles", "must be a list"),
        ('name = "otto"', 'name = "nina"', "users[nina].name", "taken by an earlier user", False),
        ('name = "ward-3"', 'name = "ward/3"', "site.name", "right form"),
        ("lease_s = 2", "lease_s = 0", "channels[bed-1].pump.lease_s", "must be 1 to 5; s"),
        ("baud = 19200", "baud = 115200", "channels[bed-1].pump.baud", "19200"),
        ("address = 0", "address = 100", "channels[bed-1].pump.address", "must be 0 to 99"),
        ('driver = "new_era"', 'driver = "newera"', "channels[bed-1].pump.driver", "new_era"),
        ("= 300 #", "= 310 #", "channels[bed-1].line_pressure_limit_mmhg", "multiple of 25 (mm[Hg]"),
        ("= 300 #", "= 775 #", "channels[bed-1].line_pressure_limit_mmhg", "at most 300"),
        ("= 300 #", "= 25 #", "channels[bed-1].line_pressure_limit_mmhg", "at least 50"),
        ("observation_min = 60", "observation_min = 90", "clinic.observation_min", "must be 60 or 120"),
        ("series_of = 6", "series_of = 9", "clinic.series_of", "at most 8"),
        ("series_of = 6", "series = 6", "clinic.series", "did you mean series_of?"),
        ("_min = 60 # min, 10", "_min = 61 # min, 10", "orders.verified_within_min", "at most 60 (min"),
        ("_min = 60 # min, 10", "_min = 9 # min, 10", "orders.verified_within_min", "at least 10 (min"),
        (
            "verified_within_min =",
            "verified_min =",
            "orders.verified_min",
            "did you mean verified_within_min?",
        ),
        ("listener_within_s = 15", "listener_within_s = 4", "alarms.listener_within_s", "at least 5 (s"),
        ("listener_within_s = 15", "listener_within_s = 61", "alarms.listener_within_s", "at most 60"),
        ("listener_within_s = 15", "listener_within_s = 9.5", "alarms.listener_within_s", "whole number"),
        ("listener_within_s = 15", "listener_s = 15", "alarms.listener_s", "did you mean listener_within_s?"),
        ('kind = "bell"', 'kind = "Bell"', "sounders[1].kind", "right form"),
        ('device = "/dev/tty1"', 'device = "tty1"', "sounders[1].device", "absolute path"),
        ("light = false", "light = 0", "sounders[1].light", "true or false"),
        ("light = false", "light = false\nvolume = 11", "sounders[1].volume", "no such key"),
        ('button = "button-1"', 'button = ["button-1"]', "channels[bed-1].button", "text in quotes"),
        ('air_sensor = "air-1"', 'air_sensor = "air/1"', "channels[bed-1].air_sensor", "right form"),
        ("lease_s = 2", "lease_s = 2\nturbo = true", "channels[bed-1].pump.turbo", "no such key"),
        ("= 300 #", "= 300.5 #", "channels[bed-1].line_pressure_limit_mmhg", "whole number"),
        (
            'ca_file = "/etc/pumpd/ca.pem"',
            "ca_file = 'C:\\\\pumpd\\\\ca.pem'",
            "broker.ca_file",
            "is a name of Windows",
        ),
        (
            'port = "/dev/serial',
            'port = "COM3" # "/dev/serial',
            'channels[bed-1].pump.port = "COM3"',
            "is a name of Windows",
        ),
        (
            'port = "/dev/serial',
            'port = "ttyUSB0" # "/dev/serial',
            "channels[bed-1].pump.port",
            "beginning with /",
        ),
        (
            'port = "/dev/serial',
            'port = "tcp:10.0.0.7:65536" # ',
            "channels[bed-1].pump.port",
            "1 to 65535",
            False,
        ),
        (
            'port = "/dev/serial',
            'port = "tcp:10.0.0.7" # ',
            "channels[bed-1].pump.port",
            "must be tcp:HOST:PORT",
        ),
        ("[[channels]]", "[channels]", "channels", "write [[channels]] with two brackets"),
        ("lease_s = 2", "leases_s = 2", "channels[bed-1].pump.leases_s", "did you mean lease_s?"),
        ('driver = "new_era"', 'driver = "new_erra"', "channels[bed-1].pump.driver", "did you mean new_era?"),
        ('syringes = ["bd-60"]', 'syringes = ["bd60"]', "channels[bed-1].syringes[1]", "did you mean bd-60?"),
        (
            "[clinic]",
            "[limits]\nsystolic_slow_mmhg = 165\n\n[clinic]",
            "limits.systolic_slow_mmhg",
            "looser than",
            True,
            "systolic_slow",
        ),
        (
            "[clinic]",
            "[limits]\nsystolic_slow_mmhg = 139\n\n[clinic]",
            "limits.systolic_slow_mmhg",
            "tighter than",
            True,
            "systolic_slow",
        ),
        (
            "[clinic]",
            "[limits]\nsystolic_slow_mmhg = nan\n\n[clinic]",
            "limits.systolic_slow_mmhg",
            "whole number",
            True,
            "systolic_slow",
        ),
        (
            "[clinic]",
            "[limits]\nsystolic_slow = 150\n\n[clinic]",
            "limits.systolic_slow",
            "did you mean systolic_slow_mmhg",
            True,
            "systolic_slow",
        ),
        (
            "[clinic]",
            "[shadow]\nsystolic_slow_mmhg = 165\n\n[clinic]",
            "shadow.systolic_slow_mmhg",
            "looser than",
            True,
            "systolic_slow",
        ),
        (
            'transducer = "transducer-1"',
            "# transducer",
            "channels[bed-1].line_pressure_limit_mmhg",
            "limits nothing",
            True,
            "line_pressure_limit",
        ),
        (
            'cert_file = "/etc/pumpd/pumpd.pem"',
            "# cert_file",
            "broker.key_file",
            "without cert_file",
            True,
            "key_file =",
        ),
        ('ca_file = "/etc/pumpd/ca.pem"', "# ca_file", "broker", "tls needs ca_file", True, "[broker]"),
    )
)
