"""What the program runs on: versions of everything that shapes numbers or pages."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from pilotbook import fingerprint
from pilotbook.project import ROOT
from pilotbook.release.record import Environment
from pilotbook.report.engine import Engine
from pilotbook.report.engine.fonts import PACKAGES

NUMBERS = ("numpy", "pandas", "scipy", "statsmodels", "pyarrow", "openpyxl", "pandera")
PAGES = ("matplotlib", "seaborn", "babel", "nbformat", "nbclient", "ipykernel", "pypandoc_binary", "typst", "pikepdf")


def environment_of_now(engine: Engine, root: Path) -> Environment:
    """Return the environment of this process.

    Parameters
    ----------
    engine
        The one that draws the pages.
    root
        Top folder of the project, where ``requirements.lock`` is.
    """
    lock = root / "requirements.lock"
    return Environment(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        libraries={name: version(name) for name in (*NUMBERS, *PAGES)},
        fonts={name: version(name) for name in PACKAGES},
        engine=engine.name,
        engine_version=engine.version,
        engine_sha256=engine.fingerprint(),
        lock=fingerprint.sha256(lock.read_bytes()) if lock.is_file() else None,
    )


def differences(recorded: Environment, now: Environment) -> list[str]:
    """Return what is another in the environment of now, each as ``pandas 3.1.0, recorded 3.0.1``."""
    then, today = _flat(recorded), _flat(now)
    return [
        f"{name} {today.get(name, 'absent')}, recorded {then.get(name, 'absent')}"
        for name in sorted(then.keys() | today.keys())
        if then.get(name) != today.get(name)
    ]


def _flat(environment: Environment) -> dict[str, str]:
    lock = (environment.lock or "absent")[:12]
    return {
        "Python": environment.python,
        "system": environment.system,
        "requirements.lock": lock,
        f"engine {environment.engine}": environment.engine_version,
        **environment.libraries,
        **environment.fonts,
    }


def program_sha256(project: Path = ROOT) -> str:
    """Return the hash of all source files of a project's program, by default of this one."""
    return fingerprint.of_json(fingerprint.code("", package=project / "analysis" / "pilotbook"))
