"""Hashes depend on content alone, also where they are taken once for many."""

from __future__ import annotations

import pickle
from pathlib import Path

from pilotbook.fingerprint import Listing, changed, code, libraries, of_ingredients, of_json, sha256


def test_a_listing_has_the_hash_of_the_mapping_that_it_is():
    listing = Listing(b="2", a="1")
    assert of_json(listing) == of_json({"a": "1", "b": "2"}) == sha256('{"a": "1", "b": "2"}')
    assert of_json([listing]) == of_json([{"b": "2", "a": "1"}])
    assert of_json(pickle.loads(pickle.dumps(listing))) == of_json(listing)


def test_listings_that_differ_have_different_hashes():
    assert len({of_json(Listing(a=value)) for value in "123"}) == 3


def test_files_and_libraries_are_listed(tmp_path: Path):
    (tmp_path / "one.py").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "one.pyc").write_text("2")
    assert code("", package=tmp_path) == {"one.py": sha256("1")}
    assert set(libraries("pandas")) == {"python", "pandas"}


def test_a_text_stands_for_itself_and_what_changed_is_named():
    old, new = (of_ingredients({"text": "a", "files": Listing(one=h), "list": [1]}) for h in "12")
    assert old["text"] == "a"
    assert changed(old, new) == ["files"]
