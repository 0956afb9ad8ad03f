"""Monitoring: the rules of the catalogue, read from the tables of a vintage and from the ledger."""

from pilotbook.evaluate.monitoring.monitor import Monitoring, monitor

__all__ = ["Monitoring", "monitor"]
