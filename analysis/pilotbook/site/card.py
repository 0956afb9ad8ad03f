"""The picture that messengers and social networks show beside a link (Open Graph): title, period, verdicts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from pilotbook.report.engine import font_faces

WIDTH, HEIGHT, MARGIN = 1200, 630, 80
INK, PAPER, MUTED, DANGER = "#ffffff", "#0f4c81", "#c5d6e6", "#ffb3b3"
TITLE_SIZE, TEXT_SIZE, LINES = 58, 32, 3
COLOURS = 16


@cache
def _font(bold: bool, chinese: bool, size: int) -> ImageFont.FreeTypeFont:
    faces = font_faces()
    latin, cjk = (faces.latin_bold, faces.chinese_bold) if bold else (faces.latin_regular, faces.chinese_regular)
    return ImageFont.truetype(str(cjk if chinese else latin), size)


def card(title: str, lines: Sequence[str], warning: str | None, chinese: bool, name: str) -> bytes:
    """Draw the picture as PNG.

    Parameters
    ----------
    title
        In large letters, cut to three lines.
    lines
        Below it, one for each verdict; those that do not fit are left out.
    warning
        In another colour, such as that the data are simulated; None for none.
    chinese
        Whether the texts have Chinese characters.
    name
        Of the website.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((MARGIN, 58), name, fill=MUTED, font=_font(True, False, TEXT_SIZE))
    y = 130
    for line in list(_wrapped(title, _font(True, chinese, TITLE_SIZE)))[:LINES]:
        pen.text((MARGIN, y), line, fill=INK, font=_font(True, chinese, TITLE_SIZE))
        y += 76
    y += 24
    for line in lines:
        if y > HEIGHT - 130:
            break
        pen.text((MARGIN, y), line, fill=MUTED, font=_font(False, chinese, TEXT_SIZE))
        y += 46
    if warning:
        pen.text((MARGIN, HEIGHT - 84), warning, fill=DANGER, font=_font(True, chinese, TEXT_SIZE))
    stream = io.BytesIO()
    image.quantize(COLOURS).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _wrapped(text: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    """Break a text into lines of the picture's width: at spaces, and anywhere between Chinese characters."""
    line = ""
    for word in _breakable(text):
        if line and font.getlength((line + word).rstrip()) > WIDTH - 2 * MARGIN:
            yield line.rstrip()
            line = word.lstrip()
        else:
            line += word
    if line:
        yield line.rstrip()


def _breakable(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        word += character
        if character == " " or ord(character) > 0x2E80:
            yield word
            word = ""
    if word:
        yield word
