"""A copy of the program in a repository of its own, to change and to rerun with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pilotbook.project import ROOT
from pilotbook.release.about import Certificate

IGNORED = shutil.ignore_patterns("__pycache__", "releases")
NAMED = ("-c", "user.name=A", "-c", "user.email=a@example.org")
PARTS = ("analysis", "_extensions", "reports", "data", "requirements.lock")

IMPUTATION = Path("analysis", "pilotbook", "estimate", "imputed.py")
SPOILT = (
    "tau = np.where(cells, rest - unit[:, :, None], 0.0)",
    "tau = np.where(cells, rest - unit[:, :, None] + 1, 0.0)",
)
"""A line of the imputation, and one that gives every effect another number."""


def copy_program(folder: Path) -> str:
    """Copy the program into a folder, commit it there and return the commit."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=IGNORED)
        else:
            shutil.copy(ROOT / part, folder / part)
    for call in (["init", "-q"], ["add", "."], [*NAMED, "commit", "-q", "-m", "as released"]):
        subprocess.run(["git", *call], cwd=folder, check=True)
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True)
    return found.stdout.strip()


def verify_with(program: Path, release: Path, *options: str) -> tuple[int, Certificate]:
    """Verify a release by a program; return the exit status and the certificate."""
    environment = os.environ | {"PYTHONPATH": str(program / "analysis")}
    command = [sys.executable, "-m", "pilotbook", "verify", str(release), "--json", *options]
    done = subprocess.run(command, env=environment, cwd=program, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, Certificate.model_validate_json(done.stdout)
