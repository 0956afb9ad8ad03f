"""Citations and the list of references, resolved once for both formats by Pandoc's citeproc."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pilotbook import cache
from pilotbook.fingerprint import of_json, sha256
from pilotbook.report.engine.pandoc import pandoc_version, run_pandoc
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.source import Source
from pilotbook.report.engine.tree import Node

NOT_FOUND = re.compile(r"citation (?P<key>\S+) not found")
CITING = re.compile(r'"t": "Cite"|\["refs", \[')
"""What a block has in it if it cites, or is the place of the references; Pandoc sees no other block."""
CHINESE_STYLE = "gb-t-7714.csl"


def cite(tree: dict[str, Any], source: Source, cited: dict[str, Place], extension: Path) -> dict[str, Any]:
    """Resolve the citations of a tree.

    Parameters
    ----------
    cited
        The keys that are cited, with the place of their first citation.

    Raises
    ------
    RenderError
        If something is cited without a bibliography, or is not in it.
    """
    files = bibliography(source)
    blocks: list[Node] = tree["blocks"]
    citing = [number for number, block in enumerate(blocks) if CITING.search(json.dumps(block))]
    if not files or not citing:
        for key, place in cited.items():
            raise place.error(
                f"'@{key}' is cited but the front matter has no 'bibliography'; add the file's name there"
            )
        return tree
    part = {
        **tree,
        "blocks": [blocks[number] for number in citing],
        "meta": {
            "lang": {"t": "MetaString", "c": source.language},
            "link-citations": {"t": "MetaBool", "c": True},
        },
    }
    resolved, warnings = _resolved(json.dumps(part), source.path.parent, files, citation_style(source, extension))
    for warning in warnings:
        match = NOT_FOUND.search(warning)
        place = cited.get(match["key"], source.place) if match else source.place
        advice = (
            f"'@{match['key']}' is not in {', '.join(files)}; add the entry or mend the key"
            if match
            else f"Pandoc says: {warning}"
        )
        raise place.error(advice)
    there = dict(zip(citing, resolved, strict=False))
    references = resolved[len(citing) :]  # unless the source has a place for them
    return {
        **tree,
        "blocks": [there.get(number, block) for number, block in enumerate(blocks)] + references,
        "meta": {},
    }


def _resolved(part: str, folder: Path, files: list[str], style: Path | None) -> tuple[list[Node], list[str]]:
    """The blocks with their citations resolved, and what Pandoc complains about.

    The reports of a batch cite the same in the same sentences, so the answer is kept.
    """

    def ask() -> bytes:
        arguments = ["--from", "json", "--to", "json", "--citeproc", *[f"--bibliography={name}" for name in files]]
        result = run_pandoc(part, arguments + ([f"--csl={style}"] if style else []), folder)
        return json.dumps([json.loads(result.text)["blocks"], result.warnings]).encode()

    read = [folder / name for name in files] + ([style] if style else [])
    key = of_json([pandoc_version(), part, len(files), *[sha256(path.read_bytes()) for path in read]])
    blocks, warnings = json.loads(cache.once("citations", key, ask))
    return blocks, warnings


def bibliography(source: Source) -> list[str]:
    """Names of the bibliography files, which stand beside the notebook."""
    named = source.front.get("bibliography") or []
    files = [named] if isinstance(named, str) else [str(name) for name in named]
    for name in files:
        if not (source.path.parent / name).is_file():
            raise source.place.error(
                f"the bibliography '{name}' is not beside the notebook; put it there or mend the name"
            )
    return files


def citation_style(source: Source, extension: Path) -> Path | None:
    """The style file: the front matter's own, GB/T 7714 for Chinese, otherwise Pandoc's author-date style."""
    own = source.front.get("csl")
    if own:
        path = source.path.parent / str(own)
        if not path.is_file():
            raise source.place.error(
                f"the citation style '{own}' is not beside the notebook; put it there or mend the name"
            )
        return path
    chinese = extension / CHINESE_STYLE
    return chinese if source.language.startswith("zh") and chinese.is_file() else None
