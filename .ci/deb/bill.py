"""The package's bill of materials: CycloneDX, from the packaged environment itself.

Theory of operation. cyclonedx-bom asks the packaged interpreter what is installed, so nothing is listed that is not
inside and nothing inside is left out. Its time is SOURCE_DATE_EPOCH and its serial number is drawn from its content: the
same bytes give the same bill.
"""

import json
import os
import subprocess
import uuid
from pathlib import Path

from packaging.utils import canonicalize_name

SPEC = "1.6"


def finished(text: str) -> str:
    """The tool's answer with a serial number of its content, keys and lines in a fixed order, and no index's address."""
    bill = json.loads(text)
    bill.pop("serialNumber", None)
    for one in [*bill.get("components", []), *bill["metadata"]["tools"]["components"]]:
        references = one.get("externalReferences", [])
        one["externalReferences"] = [row for row in references if row["type"] != "distribution"]
    content = json.dumps(bill, sort_keys=True)
    bill["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, content).urn
    return json.dumps(bill, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def gaps(text: str, installed: dict[str, str]) -> list[str]:
    """What of these (name to version) the bill does not name, names otherwise, or names without a licence."""
    bill = json.loads(text)
    parts = [*bill["components"], bill["metadata"]["component"]]
    named = {canonicalize_name(part["name"]): part for part in parts}
    faults = []
    for name, version in sorted(installed.items()):
        part = named.get(canonicalize_name(name), {})
        if part.get("version") != version:
            faults.append(f"{name} {version} is not in the bill")
        elif not part.get("licenses"):
            faults.append(f"{name} {version} has no licence in the bill")
    return faults


def bill_of(python: Path, tool: Path, project: Path, epoch_s: int) -> str:
    """The bill of the environment of this interpreter.

    Raises:
        subprocess.CalledProcessError: the tool failed, or its answer does not fit CycloneDX' schema.
    """
    options = [
        "--output-reproducible",
        "--validate",
        "--sv",
        SPEC,
        "--of",
        "JSON",
        "--pyproject",
        str(project),
    ]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch_s)}
    command = [str(tool), "environment", *options, str(python)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return finished(done.stdout)
