"""The page of the data dictionary is that of the catalogue and the contract as they are."""

from __future__ import annotations

from pathlib import Path

from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.dictionary import dictionary_page

PAGE = Path(__file__).parents[2] / "docs" / "data" / "dictionary.md"


def test_the_page_is_current() -> None:
    remedy = "write it again with: python -m pilotbook.panel.dictionary"
    assert PAGE.read_text("utf-8") == dictionary_page(read_catalogue()), remedy


def test_the_page_names_everything() -> None:
    catalogue, page = read_catalogue(), PAGE.read_text("utf-8")
    for name in (*catalogue.indicators, *catalogue.inputs, *FAULTS):
        assert f"`{name}`" in page
