"""The three descriptions of the environment name the same packages, and the lock satisfies them all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ONLY_CONDA = {"quarto", "python", "pip"}


def pyproject() -> dict[str, SpecifierSet]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


def environment() -> dict[str, SpecifierSet]:
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    lines = [entry for entry in entries if isinstance(entry, str)] + [line for line in pip if not line.startswith("-")]
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


def lock() -> dict[str, list[Requirement]]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    pinned: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            requirement = Requirement(re.split(r"\s+--hash", line)[0])
            pinned.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return pinned


def test_conda_and_pip_name_the_same_packages_in_the_same_ranges() -> None:
    conda = {name: spec for name, spec in environment().items() if name not in ONLY_CONDA}
    assert conda == pyproject()


def test_quarto_stands_in_the_conda_environment_alone() -> None:
    assert "quarto" in environment()
    assert not {"quarto", "quarto-cli"} & (pyproject().keys() | lock().keys())


def test_the_project_names_what_its_readers_were_promised() -> None:
    assert {"jupyter", "statsmodels", "seaborn", "pandas", "pytest", "nbval"} <= pyproject().keys()


@pytest.mark.parametrize("name", sorted(pyproject()))
def test_the_lock_satisfies_the_range(name: str) -> None:
    pins = lock()[name]
    for pin in pins:
        (version,) = [specifier.version for specifier in pin.specifier]
        assert version in pyproject()[name]


def test_the_lock_has_hashes_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
