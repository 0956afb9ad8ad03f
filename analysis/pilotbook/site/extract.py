"""What the site needs of one release, taken out once and kept by content hash.

Reading a report's text and a ledger of hundreds of rows takes a tenth of a second; a release never changes, so
the next build only reads what was taken out.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pilotbook import fingerprint
from pilotbook.errors import WorkError
from pilotbook.project import cache_folder
from pilotbook.release.about import CERTIFICATE, REVIEWS, WITHDRAWN
from pilotbook.release.layout import LEDGER, Release
from pilotbook.site.estimate_files import EVERYWHERE, estimate_files, region_of
from pilotbook.site.evidence import Evidence, read_evidence
from pilotbook.site.page_text import Section, page_sections
from pilotbook.site.script_data import call
from pilotbook.site.terms import count_terms

OWN_CODE = tuple(f"site/{name}.py" for name in ("extract", "evidence", "page_text", "terms", "estimate_files"))
CODE = (*OWN_CODE, "release/review.py", "release/states.py")
TITLE_WEIGHT, HEADING_WEIGHT = 8, 3
FACTS, TEXT = "facts.json", "text.js"
FEW = 12
"""Up to so many releases it is quicker to read them here than to start other processes."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What was taken out of a release.

    Attributes
    ----------
    key
        Hash of all that it rests on.
    evidence
        Certificate, reviews and withdrawal.
    terms
        Language to term to weight, of its reports.
    regions
        Those that an estimate of its own is given for.
    files
        Files made from it, by their path in the release's folder of the site: estimates as CSV and script, and the
        text that search results quote.
    """

    key: str
    evidence: Evidence
    terms: dict[str, dict[str, int]]
    regions: list[str]
    files: dict[str, Path]


def extract_all(releases: Sequence[Release], jobs: int) -> Iterator[Extract]:
    """Give the extract of each release, in order; what is not kept yet is taken out in parallel."""
    work = [_Work(release, _before(releases, i)) for i, release in enumerate(releases)]
    missing = [one for one in work if not (_folder(one.key) / FACTS).is_file()]
    if len(missing) > FEW and jobs > 1:
        with ProcessPoolExecutor(jobs) as pool:
            list(pool.map(_keep, missing, chunksize=4))
    else:
        for one in missing:
            _keep(one)
    for one in work:
        yield _read(one)


def _before(releases: Sequence[Release], index: int) -> tuple[Release, ...]:
    """Return the earlier versions of the same report; releases stand in the order of plan, period and version."""
    record = releases[index].record
    first = index - record.version + 1
    near = releases[max(first, 0) : index]
    return tuple(r for r in near if (r.record.plan, r.record.period) == (record.plan, record.period))


@dataclass(frozen=True)
class _Work:
    """A release and the versions before it."""

    release: Release
    earlier: tuple[Release, ...]

    @cached_property
    def key(self) -> str:
        """Hash of all that the extract rests on: the release, what is said of it and before, and this code."""
        said = [_said(release) for release in (*self.earlier, self.release)]
        return fingerprint.of_json([self.release.sha256, said, fingerprint.code(*CODE)])


def _said(release: Release) -> dict[str, str]:
    if not release.about.is_dir():
        return {}
    files = [release.about / CERTIFICATE, release.about / WITHDRAWN, *(release.about / REVIEWS).glob("*.yml")]
    return {path.name: fingerprint.sha256(path.read_bytes()) for path in files if path.is_file()}


def _keep(work: _Work) -> None:
    """Take out what is needed of a release and keep it: whole or not at all."""
    folder = _folder(work.key)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
        for name, content in _take_out(work).items():
            path = Path(draft, "kept", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with suppress(OSError):  # another process kept the same
            Path(draft, "kept").rename(folder)


def _take_out(work: _Work) -> dict[str, bytes]:
    """Return what is kept of a release, by file name.

    Raises
    ------
    WorkError
        If one of its files is missing or cannot be read.
    """
    release, record = work.release, work.release.record
    terms: dict[str, dict[str, int]] = {}
    files: dict[str, bytes] = {}
    try:
        for language in record.languages if "html" in record.formats else ():
            sections = page_sections(release.page(language, "html").read_text(encoding="utf-8"))
            terms[language] = _terms(release, sections)
            files[f"{language}/{TEXT}"] = call("text", f"{release.name}/{language}", sections)
        ledger = json.loads((release.folder / LEDGER).read_text(encoding="utf-8"))
        files |= estimate_files(record, ledger)
        regions = sorted({region_of(row["spec"]) for row in ledger["estimates"]} - {EVERYWHERE})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkError(f"{release.name}: cannot be read ({error}); restore it from version control") from None
    evidence = read_evidence(release, work.earlier).as_json()
    facts = {"evidence": evidence, "terms": terms, "regions": regions, "files": sorted(files)}
    return {**files, FACTS: json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()}


def _terms(release: Release, sections: Sequence[Section]) -> dict[str, int]:
    record = release.record
    names = f"{record.title.en} {record.title.zh or ''} {record.plan} {record.reform} {record.dataset} {record.period}"
    texts = [(names, TITLE_WEIGHT)]
    for section in sections:
        texts += [(section.heading, HEADING_WEIGHT), (section.text, 1)]
    return dict(count_terms(texts))


def _read(work: _Work) -> Extract:
    """Read what is kept; if it was damaged it is taken out again."""
    folder = _folder(work.key)
    try:
        return _parse(folder, work.key)
    except (OSError, ValueError, KeyError, TypeError):
        shutil.rmtree(folder, ignore_errors=True)
        _keep(work)
        return _parse(folder, work.key)


def _parse(folder: Path, key: str) -> Extract:
    kept = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    files = {name: folder / name for name in kept["files"]}
    return Extract(key, Evidence.from_json(kept["evidence"]), kept["terms"], kept["regions"], files)


def _folder(key: str) -> Path:
    return cache_folder() / "site" / key
