"""The tables of the contract: which columns each has, by which names, and how its cells are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.contract.spelling import (
    Reading,
    plain,
    read_code,
    read_key,
    read_name,
    read_optional_period,
    read_period,
    read_region,
    read_truth,
)

TableKind = Literal["panel", "counties", "exposure", "facilities", "alliances", "inputs"]
Part = Literal["value", "numerator", "denominator", "definition"]


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """A column that is not an indicator.

    Attributes
    ----------
    read
        Turns a text into a value; None for a number.
    headers
        Chinese headers that mean it.
    """

    read: Callable[[str], Reading] | None
    headers: tuple[str, ...]


COLUMNS: Mapping[str, ColumnKind] = {
    "county": ColumnKind(read_code, ("县代码", "区县代码", "行政区划代码", "区划代码", "县(市、区)代码")),
    "period": ColumnKind(read_period, ("时期", "统计期", "季度", "月份", "年份", "年度", "观测期")),
    "name_en": ColumnKind(read_name, ("英文名称",)),
    "name_zh": ColumnKind(read_name, ("县名称", "区县名称", "县(市、区)", "名称")),
    "province": ColumnKind(read_name, ("省份", "省", "省(自治区、直辖市)")),
    "region": ColumnKind(read_region, ("地区", "区域", "地区类别")),
    "population": ColumnKind(None, ("常住人口", "人口", "人口数")),
    "reform": ColumnKind(read_key, ("改革", "改革代码", "改革项目")),
    "assigned_unit": ColumnKind(read_name, ("分配单位", "试点单位")),
    "announced": ColumnKind(read_optional_period, ("公布时期", "公布时间")),
    "start": ColumnKind(read_period, ("开始时期", "启动时期", "开始时间")),
    "end": ColumnKind(read_optional_period, ("结束时期", "结束时间")),
    "exposed": ColumnKind(read_truth, ("已实施",)),
    "facility": ColumnKind(read_key, ("机构代码", "医疗机构代码")),
    "level": ColumnKind(read_name, ("机构级别", "机构层级")),
    "alliance": ColumnKind(read_key, ("医联体代码", "医共体代码", "医联体")),
    "indicator": ColumnKind(read_key, ("指标", "指标代码", "指标名称")),
    "value": ColumnKind(None, ("数值", "指标值")),
    "numerator": ColumnKind(None, ("分子",)),
    "denominator": ColumnKind(None, ("分母",)),
    "definition": ColumnKind(read_name, ("定义版本",)),
    "unit": ColumnKind(read_key, ("单位代码", "对象代码")),
    "input": ColumnKind(read_key, ("输入项", "输入项代码")),
    "amount": ColumnKind(read_name, ("取值",)),
}
PART_HEADERS: Mapping[str, Part] = {"分子": "numerator", "分母": "denominator", "定义版本": "definition"}


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table of the contract.

    Attributes
    ----------
    key
        Columns that together occur once.
    required, optional
        Further columns.
    indicators
        Whether it has columns of indicators.
    """

    kind: TableKind
    key: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    indicators: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that are not indicators."""
        return (*self.key, *self.required, *self.optional)


LAYOUTS: Mapping[TableKind, TableLayout] = {
    layout.kind: layout
    for layout in (
        TableLayout("inputs", ("unit", "period", "input"), ("amount",)),
        TableLayout("facilities", ("facility", "period"), ("county", "level"), indicators=True),
        TableLayout("alliances", ("alliance", "period"), ("county",), indicators=True),
        TableLayout("exposure", ("county", "reform"), ("start",), ("assigned_unit", "announced", "end")),
        TableLayout("counties", ("county",), ("name_zh", "province", "region", "population"), ("name_en",)),
        TableLayout("panel", ("county", "period"), (), ("exposed",), indicators=True),
    )
}
LONG = ("indicator", "value")
LONG_PARTS = ("numerator", "denominator", "definition")
_TELLING: Mapping[TableKind, tuple[str, ...]] = {
    "inputs": ("input", "amount"),
    "facilities": ("facility",),
    "alliances": ("alliance",),
    "exposure": ("reform",),
    "counties": ("region", "population"),
    "panel": ("period",),
}


@dataclass(frozen=True, slots=True)
class Column:
    """What a header means.

    Attributes
    ----------
    id
        Name in the typed table: ``county``, ``phc_visit_share``, ``phc_visit_share.numerator``.
    indicator, part
        The indicator and which part of it; None for another column.
    is_grade
        Whether the indicator is a grade, and no number.
    """

    id: str
    indicator: str | None = None
    part: Part | None = None
    is_grade: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        if self.indicator is None:
            return COLUMNS[self.id].read is None
        return self.part != "definition" and not self.is_grade


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Every header that the contract knows, English and Chinese."""

    columns: Mapping[str, Column] = field(repr=False)

    @classmethod
    def of(cls, catalogue: Catalogue) -> Dictionary:
        """Build it from the catalogue."""
        known = {name: Column(name) for name in COLUMNS}
        known |= {_folded(header): Column(name) for name, kind in COLUMNS.items() for header in kind.headers}
        for indicator in catalogue.indicators.values():
            for name, parts in ((indicator.id, ".{}"), (_folded(indicator.name_zh), "({})")):
                known[name] = Column(indicator.id, indicator.id, "value", indicator.is_grade)
                for chinese, part in PART_HEADERS.items():
                    column = Column(f"{indicator.id}.{part}", indicator.id, part)
                    known[name + parts.format(part if parts == ".{}" else chinese)] = column
        return cls(known)

    def column(self, header: str) -> Column | None:
        """Return what a header means, None if it means nothing."""
        folded = _folded(header)
        if found := self.columns.get(folded):
            return found
        # a subgroup of an indicator: annual_cost_per_capita[diabetes]
        if (match := re.fullmatch(r"(.+)\[([a-z_]+)\]", folded)) and (found := self.columns.get(match[1])):
            return Column(f"{found.id}[{match[2]}]", found.indicator, found.part) if found.indicator else None
        return None

    def hint(self, header: str) -> str:
        """Name the nearest known header."""
        near = get_close_matches(_folded(header), self.columns, n=1, cutoff=0.6)
        return f"did you mean '{near[0]}'?" if near else "see the data dictionary for the names"


def _folded(header: str) -> str:
    return plain(header).lower().replace(" ", "")


def recognise(columns: set[str]) -> TableKind | None:
    """Tell from its columns which table of the contract this is, None if none."""
    for kind, telling in _TELLING.items():
        if columns.intersection(telling) and columns.intersection((*LAYOUTS[kind].key, *LAYOUTS[kind].required)):
            return kind
    return None
