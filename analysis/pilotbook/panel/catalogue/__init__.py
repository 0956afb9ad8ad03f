"""The catalogue: what the project knows about reforms, indicators, rules and claims, typed and checked."""

from pilotbook.panel.catalogue.catalogue import Catalogue, read_catalogue, read_claims
from pilotbook.panel.catalogue.claims import Claim
from pilotbook.panel.catalogue.context import Conflict, ContextFact
from pilotbook.panel.catalogue.indicators import Baseline, Indicator, MinimumEffect, ModelFamily, ValueRange
from pilotbook.panel.catalogue.inputs import FurtherInput
from pilotbook.panel.catalogue.reforms import AffectedIndicator, Parameter, Reform, Rollout, SourceText
from pilotbook.panel.catalogue.rules import Reading, Rule
from pilotbook.panel.catalogue.simulation import Denominator, Draw

__all__ = [
    "AffectedIndicator",
    "Baseline",
    "Catalogue",
    "Claim",
    "Conflict",
    "ContextFact",
    "Denominator",
    "Draw",
    "FurtherInput",
    "Indicator",
    "MinimumEffect",
    "ModelFamily",
    "Parameter",
    "Reading",
    "Reform",
    "Rollout",
    "Rule",
    "SourceText",
    "ValueRange",
    "read_catalogue",
    "read_claims",
]
