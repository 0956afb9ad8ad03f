"""The pinned fonts: static faces from Python packages, never a font of the machine.

Source Sans Pro sets Latin text; Noto Sans CJK, drawn to match it, sets Chinese. Its package is named after the Japanese
default, but each face holds 44,810 characters in all national forms, and text marked as Chinese gets the mainland ones.
Static faces matter: Typst 0.14, inside Quarto 1.9, prints variable fonts in their thinnest weight.
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from pilotbook.cache import once

PACKAGES = ("font-source-sans-pro", "noto-cjk-sans-jp-regular", "noto-cjk-sans-jp-bold")
LATIN_FAMILY = "Source Sans Pro"
LAST_ASCII = 0x7F
CHARACTERS = "characters"
CHINESE_FAMILY = "Noto Sans CJK JP"


@dataclass(frozen=True)
class FontFaces:
    """Files of the faces, for the PDF and for figures.

    Figures in Chinese: register ``chinese_regular`` and ``chinese_bold`` with matplotlib's font manager, and set
    ``font.family`` to `CHINESE_FAMILY` and ``text.language`` to ``zh-Hans``.
    """

    latin_folder: Path
    latin_regular: Path
    latin_bold: Path
    chinese_regular: Path
    chinese_bold: Path

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that Typst searches."""
        return (self.latin_folder, self.chinese_regular.parent, self.chinese_bold.parent)


@cache
def font_faces() -> FontFaces:
    """Find the faces in their packages."""
    latin = Path(str(files("font_source_sans_pro"))) / "files"
    return FontFaces(
        latin_folder=latin,
        latin_regular=latin / "SourceSansPro-Regular.otf",
        latin_bold=latin / "SourceSansPro-Bold.otf",
        chinese_regular=Path(str(files("noto_cjk_sans_jp_regular"))) / "NotoSansCJKjp-Regular.otf",
        chinese_bold=Path(str(files("noto_cjk_sans_jp_bold"))) / "NotoSansCJKjp-Bold.otf",
    )


@cache
def typst_fonts() -> typst.Fonts:
    """The faces and those that Typst itself carries (code and formulas), loaded once."""
    folders = [str(folder) for folder in font_faces().folders]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


@cache
def covered_characters() -> frozenset[int]:
    """Code points that both the regular and the bold faces can draw between them; faces are read once for all."""
    faces = font_faces()
    regular, bold = (faces.latin_regular, faces.chinese_regular), (faces.latin_bold, faces.chinese_bold)
    digest = hashlib.sha256()  # of the files: a face may have been exchanged without its package
    for face in (*regular, *bold):
        digest.update(face.read_bytes())

    def covered() -> bytes:
        either = set.union(*map(_characters, regular)), set.union(*map(_characters, bold))
        return array("I", sorted(either[0] & either[1])).tobytes()

    return frozenset(array("I", once(CHARACTERS, digest.hexdigest(), covered)))


def undrawable(text: str) -> str:
    """Return the characters of a text that the faces cannot draw, each once."""
    unusual = {character for character in text if ord(character) > LAST_ASCII}
    return "".join(sorted(c for c in unusual if ord(c) not in covered_characters()))


@cache
def font_fingerprint() -> str:
    """Hash of the versions of the font packages."""
    names = [f"{package}=={version(package)}" for package in PACKAGES]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def _characters(path: Path) -> set[int]:
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())
