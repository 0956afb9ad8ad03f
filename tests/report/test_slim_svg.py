"""A slimmed drawing looks as before: both are drawn as pixels and laid over each other."""

from __future__ import annotations

import io
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import typst
from PIL import Image

from pilotbook.report.slim_svg import slim

FAINT, FEW = 60, 0.002
"""Of 255, and the share of pixels: lines that move by a hundredth of a point are smoothed a little differently."""


def drawing() -> str:
    """Return a drawing with glyphs, markers, bands, clipped and dashed lines, and a picture of pixels."""
    with plt.rc_context({"svg.fonttype": "path", "svg.hashsalt": "test"}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(6, 3))
        left.plot([0, 1, 2.5], [1e-7, 3.3333333, -2], marker="o", linestyle="--")
        left.fill_between([0, 1, 2.5], [0, 1, 0], [2, 4, 1], alpha=0.3)
        left.set_title("Share of visits, %")
        left.set_xlim(0, 2)
        right.imshow(np.arange(12).reshape(3, 4))
        right.set_ylabel("counties", rotation=90)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
        plt.close(figure)
    return text.getvalue()


def pixels(picture: str, folder: Path) -> np.ndarray:
    (folder / "picture.svg").write_text(picture, "utf-8")
    (folder / "page.typ").write_text('#set page(width: 400pt, height: 220pt, margin: 0pt)\n#image("picture.svg")')
    page = typst.compile(folder / "page.typ", format="png", ppi=200)
    return np.asarray(Image.open(io.BytesIO(page)).convert("RGB"), dtype=int)


def test_it_looks_the_same_in_fewer_bytes(tmp_path: Path):
    picture = drawing()
    small = slim(picture)
    before, after = pixels(picture, tmp_path), pixels(small, tmp_path)
    assert before.min() < 100 < before.max()
    assert (np.abs(before - after).max(axis=2) > FAINT).mean() < FEW
    assert len(small) < 0.7 * len(picture)


def test_every_reference_leads_somewhere_and_every_name_is_referred_to():
    small = slim(drawing())
    names, references = set(re.findall(r"\bid='(.*?)'", small)), set(re.findall(r"#(a\d+)\b", small))
    assert names == references
    assert len(names) > 10


def test_the_same_drawing_has_the_same_bytes():
    assert slim(drawing()) == slim(drawing())
