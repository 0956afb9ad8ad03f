"""The data dictionary as a page, written from the catalogue and the contract so that it cannot differ from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pilotbook.panel.catalogue import Catalogue, FurtherInput, Indicator
from pilotbook.panel.contract.conversion import KINDS
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.contract.layout import COLUMNS, LAYOUTS

PARTS = "A further column may give its `.numerator` (分子), `.denominator` (分母) and `.definition` (定义版本)."


def dictionary_page(catalogue: Catalogue) -> str:
    """Return the page as Markdown."""
    return "\n".join(
        [
            "# Data dictionary",
            "",
            "Written by `python -m pilotbook.panel.dictionary`; do not edit.",
            "",
            *_tables(),
            *_indicators(catalogue),
            *_inputs(catalogue),
            *_faults(),
            *_conversions(),
        ]
    )


def _tables() -> Iterator[str]:
    yield from ("## Tables", "", "A table is recognised by its columns, whatever its file or sheet is called.", "")
    yield from ("| Table | Key | Must have | May have |", "|---|---|---|---|")
    for layout in LAYOUTS.values():
        more = (*layout.optional, "any indicator") if layout.indicators else layout.optional
        cells = (
            ", ".join(f"`{c}`" if c in COLUMNS else c for c in part) for part in (layout.key, layout.required, more)
        )
        yield f"| {layout.kind} | " + " | ".join(cells) + " |"
    yield from ("", "| Column | Chinese headers |", "|---|---|")
    for name, kind in COLUMNS.items():
        yield f"| `{name}` | {'、'.join(kind.headers)} |"
    yield ""


def _indicators(catalogue: Catalogue) -> Iterator[str]:
    yield from ("## Indicators", "", PARTS, "")
    parts = "Numerator / denominator | 分子 / 分母"
    yield f"| Column | Name | 名称 | Unit | {parts} | Better | Reject outside | Flag outside |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for indicator in catalogue.indicators.values():
        yield "| " + " | ".join(_indicator(indicator)) + " |"
    yield ""


def _indicator(indicator: Indicator) -> Iterator[str]:
    yield f"`{indicator.id}`"
    yield indicator.name_en
    yield indicator.name_zh
    yield f"{indicator.unit} ({indicator.unit_zh})" if indicator.unit != indicator.unit_zh else indicator.unit
    yield f"{indicator.numerator} / {indicator.denominator}"
    yield f"{indicator.numerator_zh} / {indicator.denominator_zh}"
    yield {"higher_better": "higher", "lower_better": "lower", "context": "–"}[indicator.direction]
    yield _bounds(indicator.range.hard)
    yield _bounds(indicator.range.soft)


def _bounds(bounds: tuple[float | None, float | None] | None) -> str:
    if bounds is None or bounds == (None, None):
        return "–"
    low, high = ("" if bound is None else f"{bound:,g}" for bound in bounds)
    return f"{low} … {high}"


def _inputs(catalogue: Catalogue) -> Iterator[str]:
    yield from (
        "## Further inputs",
        "",
        "Rules read these beside the indicators; a missing one makes a rule not evaluable.",
    )
    yield from ("", "| Input | Name | 名称 | Unit | Whose | How often | Values |", "|---|---|---|---|---|---|---|")
    for about in catalogue.inputs.values():
        name = f"`{about.id}` | {about.name_en} | {about.name_zh}"
        yield f"| {name} | {about.unit} ({about.unit_zh}) | {about.level} | {about.frequency} | {_values(about)} |"
    yield ""


def _values(about: FurtherInput) -> str:
    if about.kind == "number":
        return _bounds((about.minimum, about.maximum))
    return {"truth": "yes, no", "grade": ", ".join(about.grades), "period": "a period"}[about.kind]


def _faults() -> Iterator[str]:
    by_group = defaultdict(list)
    for fault in FAULTS.values():
        by_group[fault.group].append(fault)
    yield from ("## Faults", "", "An error refuses the data; a warning is shown and counted.", "")
    yield from ("| Class | Rule | | Sentence |", "|---|---|---|---|")
    for group, faults in by_group.items():
        for fault in faults:
            yield f"| {group} | `{fault.id}` | {fault.severity} | {fault.sentence.replace('|', '/')} |"
    yield ""


def _conversions() -> Iterator[str]:
    yield from (
        "## Conversions",
        "",
        "What is read otherwise than it is written is listed, cell by cell, as one of these.",
        "",
    )
    yield from ("| Conversion | Sentence |", "|---|---|")
    for name, sentence in KINDS.items():
        yield f"| `{name}` | {sentence} |"
    yield ""


if __name__ == "__main__":
    from pilotbook.panel.catalogue import read_catalogue
    from pilotbook.project import ROOT

    (ROOT / "docs" / "data" / "dictionary.md").write_text(dictionary_page(read_catalogue()), "utf-8")
