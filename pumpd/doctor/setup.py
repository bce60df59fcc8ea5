"""What the configuration names on this machine and must be fit for use: people's hashes, secrets, bells.

Theory of operation. `pumpd check` proves the file by itself and opens nothing. Here the things it names are looked at, by
their permissions, with the eyes of the daemon's account. The PINs of the documents are known to everybody who has read
them: whoever runs with one has no lock.
"""

import os
import re
import stat
from importlib.resources import files
from pathlib import Path

from pumpd import config as cfg
from pumpd.doctor.ports import Account
from pumpd.doctor.verdict import Finding, fail, ok, warn

PEOPLE, SECRET, BELL, FOLDER = "people", "secret", "sounder", "folder"
_HASH = re.compile(r'pin_scrypt = "(scrypt\$[^"]+)"')


def judge_setup(config: cfg.Config, account: Account) -> tuple[Finding, ...]:
    """People, password file, sounders, folders."""
    found = [judge_people(config.users, printed_hashes())]
    if config.broker.password_file is not None:
        found.append(judge_secret_file("password_file", Path(config.broker.password_file), account))
    found += [judge_bell(one, account) for one in config.sounders]
    # Of one that is both, the record's is the stricter question.
    folders = {Path(config.console.socket).parent: "console", Path(config.journal.path).parent: "journal"}
    found += [judge_folder(what, folder, account) for folder, what in folders.items()]
    return tuple(found)


def printed_hashes() -> frozenset[str]:
    """Those of the example, whose PINs are written beside them."""
    text = files("pumpd").joinpath("config-example.toml").read_text(encoding="utf-8")
    return frozenset(_HASH.findall(text))


def judge_people(users: tuple[cfg.User, ...], printed: frozenset[str]) -> Finding:
    """Whether anybody's PIN is one that is printed."""
    known = [one.name for one in users if one.pin_scrypt in printed]
    if known:
        told = f"the PIN of {', '.join(known)} is the one printed in the documents"
        return fail(PEOPLE, "", told, "each makes an own one with `pumpd pin`")
    roles = [f"{one.name} ({', '.join(one.roles)})" for one in users]
    return ok(PEOPLE, "", ", ".join(roles))


def judge_secret_file(key: str, path: Path, account: Account) -> Finding:
    """Whether the daemon can read it and strangers cannot."""
    try:
        found = path.stat()
    except OSError as error:
        return fail(SECRET, key, f"{path}: {error.strerror}", f"correct broker.{key}")
    mode = stat.S_IMODE(found.st_mode)
    if not _may(found, account, 4):
        remedy = f"chown root:{account.name} {path} and chmod 0640, or LoadCredential= in the unit"
        return fail(SECRET, key, f"{path} {mode:04o}: {account.name} may not read it", remedy)
    if mode & 0o007:
        return warn(SECRET, key, f"{path} {mode:04o}: everybody may read it", f"chmod 0640 {path}")
    return ok(SECRET, key, f"{path} {mode:04o}")


def judge_bell(sounder: cfg.Sounder, account: Account) -> Finding:
    """Whether a bell's device is there and may be written; it is not rung."""
    try:
        found = Path(sounder.device).stat()
    except OSError as error:
        told = f"{sounder.device}: {error.strerror}"
        return fail(BELL, "", told, "connect it, or correct its [[sounders]] table")
    if not stat.S_ISCHR(found.st_mode):
        return fail(BELL, "", f"{sounder.device} is no terminal", "name a console or a serial line")
    if not _may(found, account, 2):
        remedy = f"put {account.name} into the device's group, or write a udev rule"
        return fail(BELL, "", f"{sounder.device}: {account.name} may not write to it", remedy)
    return ok(BELL, "", f"{sounder.device}: there, may be written; `pumpd call-out` rings it")


def judge_folder(what: str, folder: Path, account: Account) -> Finding:
    """Whether the daemon can make its files there."""
    try:
        found = folder.stat()
    except OSError as error:
        remedy = f"install -d -o {account.name} -g {account.name} -m 0750 {folder}"
        return fail(FOLDER, what, f"{folder}: {error.strerror}", remedy)
    mode = stat.S_IMODE(found.st_mode)
    if not (_may(found, account, 2) and _may(found, account, 1)):
        return fail(
            FOLDER,
            what,
            f"{folder} {mode:04o}: {account.name} may not write there",
            f"chown {account.name} {folder}",
        )
    if what == "journal" and mode & 0o007 and not mode & stat.S_ISVTX:
        told = f"{folder} {mode:04o}: everybody may look at patients' records"
        return warn(FOLDER, what, told, f"chmod 0750 {folder}")
    return ok(FOLDER, what, f"{folder} {mode:04o}, {account.name} may write there")


def _may(found: os.stat_result, account: Account, bit: int) -> bool:
    if account.uid == 0:
        return True
    if account.uid == found.st_uid:
        return bool(found.st_mode >> 6 & bit)
    if found.st_gid in account.groups:
        return bool(found.st_mode >> 3 & bit)
    return bool(found.st_mode & bit)
