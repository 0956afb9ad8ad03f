"""The front matter of a report: what cover, running header and metadata say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotbook import __version__
from pilotbook.design.planfile import PlanFile
from pilotbook.design.unit_terms import COUNTED
from pilotbook.report.language import say
from pilotbook.report.parameters import Value

LANGUAGE_TAG = {"en": "en", "zh": "zh-CN"}


def front_matter(
    plan_file: PlanFile, period: str, data: Mapping[str, Any], values: Mapping[str, Value]
) -> dict[str, Any]:
    """Return the front matter of a report.

    Parameters
    ----------
    plan_file
        The plan.
    period
        The period of the report.
    data
        Where its data come from, as the ledger has it.
    values
        The chapter's parameters, echoed in the metadata of every page.
    """
    plan = plan_file.plan
    language = str(values["language"])
    facts = {
        "plan": plan_file.id,
        "period": period,
        "program": f"pilotbook {__version__}",
        "vintage": data["vintage"] or data["sha256"][:8],
        "status": say(language, "as recorded with its release"),
        "simulated": data["simulated"],
        **({"counted": plan.panel.unit} if plan.panel.unit in COUNTED else {}),
        "parameters": {name: str(value) for name, value in values.items()},
    }
    matter = {
        "title": plan.title.text(language),
        "subtitle": plan.subtitle.text(language) if plan.subtitle else None,
        "author": list(plan.authors),
        "date": plan.date.isoformat(),
        "lang": LANGUAGE_TAG[language],
        "bibliography": "references.bib",
        "report": facts,
    }
    return {key: value for key, value in matter.items() if value is not None}
