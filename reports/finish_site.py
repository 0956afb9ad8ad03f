"""After Quarto rendered the website: the pages that `pilotbook site` builds take their places in it.

Quarto's own output keeps what only it makes, the chapters with their default parameters; every other page is the same,
byte for byte, with and without Quarto.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(os.environ.get("QUARTO_PROJECT_DIR") or Path(__file__).parents[1]).resolve()
OUTPUT = Path(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR") or ROOT / "_site").resolve()


def finish_site() -> None:
    """Build the site beside Quarto's output and lay it over that."""
    from pilotbook.project import BUILD  # noqa: PLC0415  # a missing package was explained before rendering
    from pilotbook.site.build import build_site  # noqa: PLC0415  # likewise
    from pilotbook.site.settings import read_settings  # noqa: PLC0415  # likewise
    from pilotbook.site.tree import STATE  # noqa: PLC0415  # likewise

    built = build_site(BUILD / "site", read_settings(root=ROOT))
    shutil.copytree(built.folder, OUTPUT, ignore=shutil.ignore_patterns(STATE), dirs_exist_ok=True)


def main() -> int:
    """Finish the site; a failure is one message and stops Quarto."""
    from pilotbook.errors import PilotbookError  # noqa: PLC0415  # a missing package was explained before rendering

    try:
        finish_site()
    except PilotbookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
