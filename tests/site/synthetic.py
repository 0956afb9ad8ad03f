"""Releases that nobody made: any number of them, in the layout of real ones, with pages from the real template.

The pages are drawn once for each language by Pandoc and filled in for each release; what they print is the ledger's.
"""

from __future__ import annotations

import datetime
import html
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import yaml

from pilotbook import fingerprint
from pilotbook.evaluate.ledger import Ledger, Row
from pilotbook.release.about import Certificate, Review, Withdrawal, about_folder
from pilotbook.release.record import Record
from pilotbook.report.engine.extension import extension_folder
from pilotbook.report.engine.pandoc import READER, run_pandoc
from pilotbook.report.numbers import Numbers

TAGS = {"en": "en", "zh": "zh-CN"}
OUTCOMES = {
    "phc_visit_share": ({"en": "Primary-care share of all visits", "zh": "基层诊疗量占比"}, {"en": "%", "zh": "%"}),
    "oop_per_capita": ({"en": "Out-of-pocket cost per person", "zh": "人均自付费用"}, {"en": "yuan", "zh": "元"}),
    "fund_surplus_rate": ({"en": "Surplus rate of the fund", "zh": "基金结余率"}, {"en": "%", "zh": "%"}),
}
VERDICTS = (
    "improved",
    "improved_fragile",
    "worsened",
    "no_detectable_effect",
    "not_attributable",
    "too_small_to_matter",
)
REGIONS = ("", "east", "central", "west")
REFORMS = ("tiered-pricing", "vbp", "price-supervision")
PAGE = {
    "en": "# At a glance {#sec-glance}\n\nBODY\n\n# Data {#sec-data}\n\nCounties in the panel, quarter by quarter.\n",
    "zh": "# 摘要 {#sec-glance}\n\nBODY\n\n# 数据 {#sec-data}\n\n各县分季度面板数据。\n",
}
ZERO = "0" * 64


@dataclass(frozen=True, slots=True)
class Made:
    """A release to be made, by plan, period and version."""

    plan: str
    period: str
    version: int
    title: str = "Budget of county hospitals"
    title_zh: str | None = "县级医院总额预算"
    note: str | None = None
    author: str = "A. Evaluator"
    reform: str = "tiered-pricing"
    simulated: bool = True
    languages: tuple[str, ...] = ("en", "zh")
    withdrawn: str | None = None
    approvals: int = 0
    rerun: bool = False
    rows: int = 24

    @property
    def seed(self) -> int:
        return int(fingerprint.sha256(f"{self.plan} {self.period} {self.version}")[:12], 16)


def many(count: int) -> Iterator[Made]:
    """Give so many releases: ten of a plan, in four quarters, every fifth version a correction."""
    for number in range(count):
        plan, index = divmod(number, 10)
        quarter, version = divmod(index, 3)
        yield Made(
            f"plan-{plan:04d}",
            f"{2021 + quarter // 4}Q{quarter % 4 + 1}",
            version + 1,
            title=f"Budget {plan} of county hospitals",
            title_zh=f"县级医院总额预算{plan}",
            note="A wrong denominator was corrected." if version else None,
            reform=REFORMS[plan % 3],
            simulated=plan % 4 != 0,
            withdrawn="The data were handed over twice." if number % 97 == 5 else None,
            approvals=2 if number % 5 == 0 else 0,
            rerun=number % 3 == 0,
        )


def write_releases(root: Path, releases: Sequence[Made]) -> None:
    """Write releases below a folder."""
    for made in releases:
        write_release(root, made)


def write_release(root: Path, made: Made) -> Path:
    """Write one release and what stands beside it; return its folder."""
    folder = root / made.plan / made.period / f"v{made.version}"
    ledger = make_ledger(made)
    files = {"estimates.json": ledger.dumps().encode(), "manifest.json": b"{}\n", "plan.yml": b"title: synthetic\n"}
    for language in made.languages:
        files[f"{language}/report.html"] = report_page(made, ledger, language).encode()
        files[f"{language}/report.pdf"] = empty_pdf()
        files[f"{language}/report.ipynb"] = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'
    record = make_record(made, ledger, {name: fingerprint.sha256(content) for name, content in files.items()})
    files["release.json"] = record.dumps().encode()
    sums = "".join(f"{fingerprint.sha256(content)}  {name}\n" for name, content in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    files["ro-crate-metadata.json"] = b"{}\n"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _write_about(folder, made, fingerprint.sha256(files["release.json"]), record.files["estimates.json"])
    return folder


def _write_about(folder: Path, made: Made, sha256: str, ledger: str) -> None:
    about, name, date = about_folder(folder), f"{made.plan}/{made.period}/v{made.version}", datetime.date(2026, 3, 1)
    if made.withdrawn or made.approvals or made.rerun:
        (about / "reviews").mkdir(parents=True, exist_ok=True)
    if made.withdrawn:
        tombstone = Withdrawal(release=name, reason=made.withdrawn, date=date, by=made.author)
        text = yaml.safe_dump(tombstone.model_dump(mode="json"), allow_unicode=True)
        (about / "withdrawn.yml").write_text(text, "utf-8")
    for number in range(made.approvals):
        review = Review(
            release=name,
            reviewer=f"R. Viewer {number}",
            role="statistician",
            signed=datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC),
            exhibits={"estimates": ledger},
            verdicts={"estimates": "approved"},
        )
        (about / "reviews" / review.name).write_text(review.dumps(), "utf-8")
    if made.rerun:
        certificate = Certificate(
            release=name,
            sha256=sha256,
            date=date,
            verdict="identical",
            commit=None,
            at_commit=False,
            twice=False,
            numbers=made.rows,
            largest_relative=0.0,
            largest_gap=0.0,
            exhibits=(),
            findings=(),
        )
        (about / "certificate.json").write_text(certificate.dumps(), "utf-8")


def make_ledger(made: Made) -> Ledger:
    """Return a ledger of random effects, the same for the same release."""
    random = np.random.default_rng(made.seed)
    rows, headline, verdicts = [], {}, []
    for outcome, (_, unit) in OUTCOMES.items():
        lead = _row(made, outcome, unit["en"], {"weights": "equal"}, "headline", random)
        rows.append(lead)
        headline[outcome] = lead.id
        verdict = str(random.choice(VERDICTS))
        verdicts.append(
            {"outcome": outcome, "row": lead.id, "verdict": verdict, "grade": str(random.choice(list("ABC")))}
        )
    for number in range(max(made.rows - len(rows), 0)):
        outcome = list(OUTCOMES)[number % len(OUTCOMES)]
        spec = {"weights": "equal", "region": REGIONS[1 + number % 3], "event_time": str(number)}
        rows.append(_row(made, outcome, OUTCOMES[outcome][1]["en"], spec, "comparison", random))
    data = {"name": "synthetic", "sha256": ZERO, "vintage": made.period, "simulated": made.simulated}
    return Ledger(made.plan, made.period, data, tuple(rows), headline, verdicts=tuple(verdicts))


def _row(made: Made, outcome: str, unit: str, spec: dict[str, str], role: Any, random: np.random.Generator) -> Row:
    estimate, se = float(random.normal(0, 3)), float(random.uniform(0.5, 1.5))
    return Row(
        plan=made.plan,
        outcome=outcome,
        estimator="imputation",
        estimand="att_average",
        spec=spec,
        role=role,
        unit=unit,
        estimate=estimate,
        se=se,
        df=20.0,
        ci_low=estimate - 2 * se,
        ci_high=estimate + 2 * se,
        level=0.95,
        p=math.exp(-abs(estimate / se)),
        n_obs=480,
        n_units=60,
        n_pilots=20,
        n_controls=40,
        baseline=50.0,
    )


def make_record(made: Made, ledger: Ledger, files: dict[str, str]) -> Record:
    """Return what the release says of itself."""
    released = datetime.date(2021, 1, 15) + datetime.timedelta(days=91 * _quarter(made.period) + 20 * made.version)
    rows = {row.id: row for row in ledger}
    headline = []
    for verdict in ledger.verdicts:
        row, (title, unit) = rows[verdict["row"]], OUTCOMES[verdict["outcome"]]
        values = {name: getattr(row, name) for name in ("estimate", "se", "ci_low", "ci_high", "level", "p")}
        headline.append({**verdict, **values, "title": title, "unit": unit, "family": "primary"})
    previous = {"period": made.period, "version": made.version - 1, "sha256": ZERO} if made.version > 1 else None
    content: dict[str, Any] = {
        "schema": 1,
        "plan": made.plan,
        "period": made.period,
        "version": made.version,
        "released": released.isoformat(),
        "author": made.author,
        "note": made.note,
        "title": {"en": made.title, "zh": made.title_zh},
        "reform": made.reform,
        "dataset": "synthetic",
        "plan_path": f"../../analysis/plans/{made.plan}.yml",
        "simulated": made.simulated,
        "headline": headline,
        "code": {"commit": "0" * 40, "sha256": ZERO, "version": "0.1.0"},
        "data": dict(ledger.data),
        "plan_sha256": ZERO,
        "registration": {"standing": "as_registered", "date": "2020-12-01", "deviations": 0, "sha256": ZERO},
        "look": {},
        "parameters": {},
        "languages": list(made.languages),
        "formats": ["html", "pdf", "ipynb"],
        "environment": {
            "python": "3.11.2",
            "system": "Linux x86_64",
            "libraries": {},
            "fonts": {},
            "engine": "embedded",
            "engine_version": "Pandoc 3.9, Typst 0.15.2",
            "engine_sha256": ZERO,
            "lock": None,
        },
        "seeds": {},
        "exhibits": [{"id": "estimates", "kind": "ledger", "sha256": files["estimates.json"]}],
        "files": files,
        "previous": previous,
    }
    return Record.model_validate(content)


def _quarter(period: str) -> int:
    return (int(period[:4]) - 2021) * 4 + (int(period[5]) if "Q" in period else 1)


def report_page(made: Made, ledger: Ledger, language: str) -> str:
    """Return a report's page, from the real template, with numbers that carry their rows."""
    numbers = Numbers(ledger, language)
    rows = {row.id: row for row in ledger}
    sentences = []
    for verdict in ledger.verdicts:
        row, title = rows[verdict["row"]], OUTCOMES[verdict["outcome"]][0][language]
        shown = [
            f'<span data-ledger="{row.id}" data-field="{field}">{numbers.text(row, field)}</span>'
            for field in ("estimate", "ci_low", "ci_high")
        ]
        sentences.append(f"<p>{title}: {' / '.join(shown)}</p>")
    title = made.title_zh if language == "zh" and made.title_zh else made.title
    page = skeleton(language).replace("<p>BODY</p>", "".join(sentences))
    return (
        page.replace("TITLE", html.escape(title)).replace("PERIOD", made.period).replace("VERSION", str(made.version))
    )


@cache
def empty_pdf() -> bytes:
    """Return a PDF of one empty page."""
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(stream, deterministic_id=True)
    return stream.getvalue()


@cache
def skeleton(language: str) -> str:
    """Draw the page once; title, period and sentences are filled in later."""
    extension = extension_folder()
    front = f'---\ntitle: TITLE\nlang: {TAGS[language]}\nauthor: A. Evaluator\ndate: "2026-01-31"\n'
    front += 'report: {period: "PERIOD", version: "VERSION", simulated: true}\n---\n'
    filters = [f"--lua-filter={extension / name}" for name in ("words.lua", "blocks.lua", "tables.lua")]
    arguments = [f"--from={READER}", "--to=html5", "--standalone", f"--template={extension / 'report.html'}"]
    arguments += [f"--css={extension / 'report.css'}", *filters, "--toc", "--section-divs", "--embed-resources"]
    return run_pandoc(front + PAGE[language], arguments, extension).text
