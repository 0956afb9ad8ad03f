"""Put finished pages in place: all of them or none, and never half a file."""

from __future__ import annotations

import os
from pathlib import Path

from pilotbook.errors import RenderError


def publish(pages: dict[str, bytes], out_dir: Path) -> dict[str, Path]:
    """Write ``report.<format>`` for each page, replacing earlier ones only when all new ones are whole.

    Raises
    ------
    RenderError
        If the folder cannot be written; earlier pages are then untouched.
    """
    finished = {name: out_dir / f"report.{name}" for name in pages}
    drafts = {name: out_dir / f".report.{name}.{os.getpid()}" for name in pages}
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        for name, content in pages.items():
            drafts[name].write_bytes(content)
        for name, draft in drafts.items():
            draft.replace(finished[name])
    except OSError as error:
        raise RenderError(
            f"{out_dir}: the pages cannot be written ({error.strerror}); make room or choose another folder"
        ) from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return finished
