"""Drafting the plan of a catalogued reform: what the catalogue and the table of designs know, for a person to edit."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

import yaml

from pilotbook.design.rollout import RolloutDesign, design_of
from pilotbook.panel.catalogue import AffectedIndicator, Catalogue, Indicator, Reform

MOST_PRIMARY = 4
LOOKS = ("2023Q4", "2024Q4")
START = "2021Q1"
"""Start of a series whose reform has no date in the catalogue; to be replaced by the real one."""

UNITS = {
    "%": ("percentage points", "个百分点"),
    "% yoy": ("percentage points", "个百分点"),
    "% of budget (cumulative)": ("percentage points of the budget", "占预算的百分点"),
    "pp": ("percentage points", "个百分点"),
    "composite": ("index points", "点"),
    "index (pre = 100)": ("index points", "点"),
}
"""Units of the catalogue as the unit of an effect, where they differ; others stand as they are."""

LOG_UNIT = {"en": "log points", "zh": "对数点"}
SOURCE = {
    "en": "Proposal of the authors, to be agreed with the client before the first look",
    "zh": "作者建议值，须在首次分析前与委托方商定",
}
SIMULATED = {
    "en": "The data are simulated; no real county is in them.",
    "zh": "数据为模拟数据，不含任何真实的县。",
}


def draft_plan(reform: Reform, catalogue: Catalogue, date: datetime.date, simulated: bool = False) -> str:
    """Return the text of a plan file for a reform.

    Parameters
    ----------
    reform, catalogue
        The reform, and the catalogue that describes its indicators.
    date
        Day on which the plan is written.
    simulated
        Whether its data are simulated, which the plan then says.
    """
    design = design_of(reform.rollout.kind)
    text = yaml.dump(
        _content(reform, catalogue, design, date, simulated),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=110,
    )
    head = (
        "# yaml-language-server: $schema=../../docs/schema/plan.schema.json\n"
        f"# Drafted from the catalogue by `pilotbook plan draft {reform.id}`; roll-out: {reform.rollout.kind}.\n"
        "# It is edited here from now on. Smallest important effects are proposals.\n"
    )
    return head + text


def drafted_outcomes(reform: Reform, catalogue: Catalogue) -> dict[str, str]:
    """Return the family of every indicator that a plan of the reform can estimate, quarter by quarter.

    Core indicators of the quarterly report and indicators that the reform is expected to move are primary, the first
    four of them; those that must not rise are safety outcomes. A reform whose indicators are all counted once a year,
    or of persons, is watched by the four core indicators.
    """
    known = [a for a in reform.affected_indicators if _estimable(catalogue.indicators[a.id])]
    if not known:
        return dict.fromkeys(catalogue.core_quarterly, "primary")
    order = sorted(known, key=lambda a: _rank(a, catalogue))
    families: dict[str, str] = {}
    for affected in order:
        free = list(families.values()).count("primary") < MOST_PRIMARY
        family = "secondary"
        if affected.expected == "no_increase" or catalogue.indicators[affected.id].safety:
            family = "safety"
        elif free and _rank(affected, catalogue) < 2:
            family = "primary"
        families[affected.id] = family
    if "primary" not in families.values():
        families[order[0].id] = "primary"
    return families


def _estimable(indicator: Indicator) -> bool:
    return indicator.panel and indicator.frequency != "year" and indicator.minimum_important_effect is not None


def _rank(affected: AffectedIndicator, catalogue: Catalogue) -> int:
    if affected.id in catalogue.core_quarterly:
        return 0
    return 1 if affected.expected in {"increase", "decrease"} else 2


def context_reforms(reform: Reform, catalogue: Catalogue) -> list[Reform]:
    """Return the context entries of the catalogue that move an indicator of the reform too."""
    own = {affected.id for affected in reform.affected_indicators}
    return [
        other
        for other in catalogue.reforms.values()
        if other.priority == "context" and own & {affected.id for affected in other.affected_indicators}
    ]


def _content(
    reform: Reform, catalogue: Catalogue, design: RolloutDesign, date: datetime.date, simulated: bool
) -> dict[str, Any]:
    families = drafted_outcomes(reform, catalogue)
    content: dict[str, Any] = {
        "title": {"en": reform.name_en, "zh": reform.name_zh},
        "reform": reform.id,
        "date": date,
        "authors": ["The pilotbook authors"],
        "question": _question(design, len([family for family in families.values() if family == "primary"])),
        "dataset": reform.id,
        "panel": {"unit": design.unit, "period_kind": "quarter", "assignment_unit": design.unit},
        "outcomes": [_outcome(id, family, reform, catalogue) for id, family in families.items()],
        "analyses": _analyses(design),
    }
    if design.series:
        content["series"] = {
            "steps": [{"label": "reform", "start": START, "shape": "level"}],
            "season": "dummies",
            "horizons": [4, 8],
        }
    if not design.leads_with_series and design.rollout not in {"proposal", "programme_wide"}:
        content["looks"] = {"planned": list(LOOKS)}
    content["covid"] = _covid()
    content["co_interventions"] = [
        {"id": other.id, "title": {"en": other.name_en, "zh": other.name_zh}, "column": other.id}
        for other in context_reforms(reform, catalogue)
    ]
    limitations = [SIMULATED] if simulated else []
    content["limitations"] = [*limitations, design.limitation.model_dump()]
    return content


def _question(design: RolloutDesign, primary: int) -> dict[str, str]:
    whose = {"county": ("county", "县"), "facility": ("facility", "机构")}[design.unit]
    number = ("the outcome", "该项指标") if primary == 1 else ("each of the outcomes", "各项指标")
    when = (
        ("at eight quarters", "在第八个季度")
        if design.leads_with_series
        else ("over its first eight quarters", "前八个季度")
    )
    return {
        "en": f"By how much did the reform change {number[0]} in the average {whose[0]} that took part, {when[0]}, "
        "compared with what would have happened without it?",
        "zh": f"与未改革情形相比，改革实施后{when[1]}，平均每个参与{whose[1]}的{number[1]}改变了多少？",
    }


def _outcome(id: str, family: str, reform: Reform, catalogue: Catalogue) -> dict[str, Any]:
    indicator, draw = catalogue.indicators[id], catalogue.draws[id]
    least = indicator.minimum_important_effect
    assert least is not None
    level_of = draw.growth_of
    if level_of is None:
        size = _rounded(least.in_unit(draw.level))
        unit = dict(zip(("en", "zh"), UNITS.get(indicator.unit, (indicator.unit, indicator.unit_zh)), strict=True))
    else:
        growing = catalogue.indicators[level_of].minimum_important_effect
        size, unit = (least if growing is None else growing).size, LOG_UNIT
    return {
        "id": id,
        "title": {"en": indicator.name_en, "zh": indicator.name_zh},
        "unit": unit,
        "family": family,
        "column": level_of or id,
        **({"scale": "log"} if level_of else {}),
        "direction": _direction(indicator, reform),
        "minimum_important_effect": size,
        "minimum_important_effect_source": SOURCE,
    }


def _direction(indicator: Indicator, reform: Reform) -> str:
    """Return which way is better; of a context indicator, the way that the reform is expected to move it."""
    if indicator.direction == "context":
        falls = reform.expected(indicator.id) in {"decrease", "no_increase"} or indicator.unit.startswith("CNY")
        return "lower" if falls else "higher"
    return indicator.direction.removesuffix("_better")


def _rounded(size: float) -> float:
    """Round to two significant digits: a smallest important effect is an agreement, not a measurement."""
    return round(size, 1 - floor(log10(size)))


def _analyses(design: RolloutDesign) -> list[dict[str, Any]]:
    written = [analysis.model_dump(exclude_none=True) for analysis in design.analyses]
    for analysis in written:
        if "average" in analysis:
            analysis["average"] = list(analysis["average"])
    written[0]["headline"] = True
    return written


def _covid() -> dict[str, Any]:
    return {
        "policy": "keep",
        "first": "2020Q1",
        "last": "2022Q4",
        "because": {
            "en": "the epidemic reached those with and without the reform alike",
            "zh": "疫情同样影响实施改革与未实施改革的地区",
        },
    }


class _Dumper(yaml.SafeDumper):
    """Writes short mappings and lists on one line, and the same text twice rather than as a reference."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        return super().represent_mapping(tag, mapping, _short(mapping) if flow_style is None else flow_style)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        return super().represent_sequence(tag, sequence, _short(sequence) if flow_style is None else flow_style)


SHORT = 90


def _short(value: Mapping[str, Any] | Sequence[Any]) -> bool:
    parts = list(value.values()) if isinstance(value, Mapping) else list(value)
    flat = all(not isinstance(part, Mapping | list | tuple) for part in parts)
    return flat and len(str(value)) <= SHORT
