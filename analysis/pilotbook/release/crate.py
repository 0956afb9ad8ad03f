"""The RO-Crate of a release: what archives read (Research Object Crate 1.1, https://w3id.org/ro/crate/1.1).

Written here and not by the package `rocrate`, which dates every crate with the time of writing and adds random ids,
so that its bytes differ from run to run; the tests read the crate with that package.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pilotbook.release.record import NAME, Record

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
CONFORMS = "https://w3id.org/ro/crate/1.1"
LICENCE = "https://opensource.org/license/mit"

FORMATS = {
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".yml": "application/yaml",
}


def crate(record: Record) -> str:
    """Return ``ro-crate-metadata.json``, canonical."""
    graph = [_descriptor(), _root(record), _author(record), _made(record), *_files(record)]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _descriptor() -> dict[str, Any]:
    return {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": CONFORMS},
    }


def _root(record: Record) -> dict[str, Any]:
    simulated = " Made from simulated data." if record.simulated else ""
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{record.title.en}, {record.period}",
        "description": f"Evaluation report of the plan {record.plan}, version {record.version}.{simulated}",
        "identifier": f"{record.plan}/{record.period}/v{record.version}",
        "version": str(record.version),
        "datePublished": record.released.isoformat(),
        "license": {"@id": LICENCE},
        "author": {"@id": "#author"},
        "inLanguage": list(record.languages),
        "hasPart": [{"@id": name} for name in (NAME, *sorted(record.files))],
        "mentions": [{"@id": "#making"}],
    }


def _author(record: Record) -> dict[str, Any]:
    return {"@id": "#author", "@type": "Person", "name": record.author}


def _made(record: Record) -> dict[str, Any]:
    """Say how the files were made: with what program, from which data."""
    return {
        "@id": "#making",
        "@type": "CreateAction",
        "name": f"pilotbook {record.code.version}, commit {record.code.commit}",
        "description": f"From {record.data.name}, SHA-256 {record.data.sha256}",
        "agent": {"@id": "#author"},
        "result": [{"@id": name} for name in sorted(record.files) if not name.endswith(".yml")],
    }


def _files(record: Record) -> Iterator[dict[str, Any]]:
    yield {"@id": NAME, "@type": "File", "name": NAME, "encodingFormat": FORMATS[".json"]}
    for name, digest in sorted(record.files.items()):
        form = FORMATS[name[name.rindex(".") :]]
        yield {"@id": name, "@type": "File", "name": name, "encodingFormat": form, "sha256": digest}
