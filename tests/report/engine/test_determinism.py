"""The same bytes, whatever the machine's time zone, locale and user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.engine.conftest import PACKAGE

SCRIPT = (
    "import sys; from pathlib import Path; from pilotbook.report.engine import choose_engine; "
    "choose_engine('embedded').render(Path(sys.argv[1]), Path(sys.argv[2]))"
)
ELSEWHERE = {
    "TZ": "Asia/Shanghai",
    "LANG": "zh_CN.UTF-8",
    "LC_ALL": "C.UTF-8",
    "USER": "somebody",
    "LOGNAME": "somebody",
    "PYTHONHASHSEED": "7",
}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_bytes_do_not_depend_on_the_environment(
    pages: dict[str, dict[str, Path]], gallery: dict[str, Path], language: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, **ELSEWHERE, "HOME": str(home), "PYTHONPATH": str(PACKAGE)}
    subprocess.run(
        [sys.executable, "-c", SCRIPT, gallery[language], tmp_path / "out"],
        env=environment,
        check=True,
        cwd=tmp_path,
    )
    for form, path in pages[language].items():
        assert (tmp_path / "out" / f"report.{form}").read_bytes() == path.read_bytes(), form
