"""New Era in both its modes, Chemyx and Alaris against every check of the shipped suite (facts/faults.md rows 1-40).

The other families stand in files of their own (`test_harvard.py`, `test_modbus.py`); the table at the end
of a run is one.
"""

from contract.rigs.alaris import AlarisRig
from contract.rigs.chemyx import ChemyxRig
from contract.rigs.media import media
from contract.rigs.new_era import NewEraBasicRig, NewEraRig

from drivers.conformance.suite import Medium, conformance

test_new_era = conformance(NewEraRig)
test_pump = conformance(NewEraBasicRig, ChemyxRig, AlarisRig, media=media(Medium.MEMORY))
