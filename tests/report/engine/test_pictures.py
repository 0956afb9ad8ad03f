"""The filter that gives pictures their width in a PDF by Quarto agrees with the embedded engine."""

from __future__ import annotations

import re
import subprocess

import pypandoc
import pytest

from pilotbook.report.engine.extension import extension_folder
from pilotbook.report.engine.forms import _fitted


@pytest.mark.parametrize("width", ["", "300px", "900px", "2in", "60%"])
def test_width_of_a_picture_is_that_of_the_embedded_engine(width: str) -> None:
    source = f"![A](a.svg){{width={width}}}" if width else "![A](a.svg)"
    command = [pypandoc.get_pandoc_path(), "--to=typst", f"--lua-filter={extension_folder() / 'pictures.lua'}"]
    typst = subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
    found = re.search(r"width: ([\d.]+)(\w+|%)", typst)
    wanted = re.fullmatch(r"([\d.]+)(\w+|%)", _fitted(width))
    assert found
    assert wanted
    assert (float(found[1]), found[2]) == (float(wanted[1]), wanted[2])
