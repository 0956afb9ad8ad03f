"""Where processes of ours meet: at sockets in the folder for temporary files."""

from __future__ import annotations

import os
import tempfile

from pilotbook.errors import WorkError

LONGEST_TEMPORARY_FOLDER = 70
"""Bytes: sockets lie below it, and the name of one may have 103 (macOS) or 107 (Linux) in all."""


def check_temporary_folder() -> None:
    """Raise `WorkError` if processes cannot meet in the folder for temporary files, because its name is too long."""
    folder = tempfile.gettempdir()
    if len(os.fsencode(folder)) > LONGEST_TEMPORARY_FOLDER:
        raise WorkError(
            f"the folder for temporary files has too long a name for processes to meet there: {folder}; "
            f"set TMPDIR to one of at most {LONGEST_TEMPORARY_FOLDER} characters, such as /tmp"
        )
