"""The data contract: what a table must look like, and every way in which it can fail to."""

from pilotbook.panel.contract.check import Check, check
from pilotbook.panel.contract.conversion import Conversion
from pilotbook.panel.contract.faults import FAULTS, FaultKind

__all__ = ["FAULTS", "Check", "Conversion", "FaultKind", "check"]
