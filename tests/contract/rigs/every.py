"""All families as the suite is run over them."""

from contract.rigs.alaris import AlarisRig
from contract.rigs.chemyx import ChemyxRig
from contract.rigs.harvard import ChainedHarvardRig, HarvardRig
from contract.rigs.modbus import ModbusRig, ModbusTcpRig
from contract.rigs.new_era import NewEraBasicRig, NewEraRig

from drivers.conformance.rig import Rig

RIGS: tuple[type[Rig], ...] = (
    NewEraRig,
    NewEraBasicRig,
    HarvardRig,
    ChainedHarvardRig,
    ModbusRig,
    ModbusTcpRig,
    AlarisRig,
    ChemyxRig,
)
