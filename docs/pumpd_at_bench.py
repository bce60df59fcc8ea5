#!/usr/bin/env python3
"""Runs pumpd for one story of `hil-sim run --live`: an example of what `--command` may be.

hil-sim puts `site.json` into the folder that $HIL_SIM_FOLDER names: the bed, its pump and where to meet it, the
devices, the people with their PINs, the broker, the console's socket, and the clock. From it this makes the
configuration that an engineer would write, and becomes pumpd. Started again after a crash it finds its journal there.
"""

import json
import os
import sys
from pathlib import Path

from pumpd.inprocess.seat import pump_of
from pumpd.shell.pins import hash_pin


def line(key: str, value: object) -> str:
    """One line of TOML; its texts, numbers and lists of texts look as in JSON."""
    return f"{key} = {json.dumps(value)}\n"


folder = Path(os.environ["HIL_SIM_FOLDER"])
site = json.loads((folder / "site.json").read_text())
config = folder / "pumpd.toml"
if not config.exists():
    text = '[site]\nname = "bench"\n[broker]\ntls = false\n'
    text += "".join(line(key, value) for key, value in site["broker"].items())
    text += "[journal]\n" + line("path", str(folder / "journal.sqlite"))
    text += "[console]\n" + line("socket", site["console"])
    for user in site["users"]:
        text += "[[users]]\n" + line("name", user["name"]) + line("roles", user["roles"])
        text += line("pin_scrypt", hash_pin(user["pin"]))
    text += "[[channels]]\n" + line("name", site["bed"]) + line("bed", site["bed"])
    text += line("monitors", site["monitors"])
    text += "".join(line(key, site[key]) for key in ("transducer", "air_sensor", "button") if site[key])
    pump = {**pump_of(site["pump"]), "port": site["pump"]["port"]}
    text += "[channels.pump]\n" + "".join(line(key, value) for key, value in pump.items())
    config.write_text(text)

words = [sys.executable, "-m", "pumpd.cli.main", "run", "--config", str(config)]
if site["clock"]["speed"] != 1.0:
    words += ["--speed", str(site["clock"]["speed"]), "--epoch-ms", str(site["clock"]["epoch_ms"])]
os.execv(sys.executable, words)
