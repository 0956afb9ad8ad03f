"""Rules: thresholds, alerts, decisions and cadences, each with the expression that says when it fires."""

from __future__ import annotations

import ast
from typing import Annotated, Literal

from pydantic import StringConstraints, field_validator

from pilotbook.panel.catalogue.entry import (
    ChineseText,
    Entry,
    IndicatorId,
    ReformId,
    RuleId,
    SourceFile,
    Text,
)

Expression = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Reading(Entry):
    """Another way in which an ambiguous rule can be read; it is computed and shown beside the first.

    ``window`` is given where it is read over another stretch of time than the rule as written.
    """

    id: RuleId
    text_en: Text
    text_zh: ChineseText
    expression: Expression
    window: Text | None = None


class Rule(Entry):
    """A rule: it fires, or is violated, where its expression is true.

    Attributes
    ----------
    expression
        A Python expression over indicator ids, further inputs, functions and constants of the catalogue.
    basis
        Whether it reads an observed value or an estimated effect; the two are never shown in one table.
    requires_indicators, requires_other_inputs
        What must be there; if anything is missing the rule is not evaluable, never "not fired".
    unit
        Unit in which the numbers of the expression are written, where it might be mistaken.
    readings
        Other ways to read it.
    """

    id: RuleId
    type: Literal["alert", "decision", "compliance", "action", "target", "cadence", "definition"]
    severity: Literal["note", "warning", "info", "critical", "required", "action", "decision"]
    level: Text
    window: Text
    text_en: Text
    text_zh: ChineseText
    expression: Expression
    consequence: str
    action: str
    basis: Literal["monitoring (observed value)", "causal (estimated effect)"]
    requires_indicators: tuple[IndicatorId, ...]
    requires_other_inputs: tuple[str, ...]
    evaluable_from_panel: bool
    evaluable: Text
    ambiguity: str
    reform_id: ReformId
    seed: SourceFile
    quote: Text
    unit: str = ""
    readings: tuple[Reading, ...] = ()

    @field_validator("expression")
    @classmethod
    def _is_an_expression(cls, expression: str) -> str:
        try:
            ast.parse(expression, mode="eval")
        except SyntaxError as error:
            raise ValueError(f"not an expression: {error.msg} at column {error.offset}") from None
        return expression

    @property
    def causal(self) -> bool:
        """Whether the rule reads an estimated effect."""
        return self.basis.startswith("causal")

    @property
    def names(self) -> frozenset[str]:
        """Names that the expression reads, functions included."""
        tree = ast.parse(self.expression, mode="eval")
        return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
