"""The simulator: panels with known truth, marked as simulated wherever they go."""

from pilotbook.panel.simulate.scenario import Scenario, read_scenarios, scenario
from pilotbook.panel.simulate.world import World, simulate
from pilotbook.panel.simulate.write import write_simulation

__all__ = ["Scenario", "World", "read_scenarios", "scenario", "simulate", "write_simulation"]
