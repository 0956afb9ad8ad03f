"""Two engines behind one interface: an executed notebook in, one HTML page and one PDF out, proven."""

from pilotbook.report.engine.choice import Engine, choose_engine
from pilotbook.report.engine.fonts import CHINESE_FAMILY, LATIN_FAMILY, FontFaces, font_faces

__all__ = ["CHINESE_FAMILY", "LATIN_FAMILY", "Engine", "FontFaces", "choose_engine", "font_faces"]
