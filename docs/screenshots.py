"""Makes the pictures of README.md from the rendered report and the website: ``make screenshots``.

The PDF's first page is drawn by PDFium; the HTML page by Chromium, which must be installed.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright

from pilotbook.report.engine import font_faces

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "_build" / "medicaid-2014-mortality" / "2019" / "en"
PICTURE = ROOT / "docs" / "pictures" / "report.png"
SITE, SITE_PICTURE = ROOT / "_site", ROOT / "docs" / "pictures" / "site.png"
SITE_PAGES = (("index.html", "light", 1100), ("zh/index.html", "light", 390), ("search.html?q=visits", "dark", 390))
"""Page, colours and width of each part of the website's picture."""
SITE_HEIGHT, GAP = 820, 16

WIDTH, HEIGHT, MARGIN = 1000, 920, 290
INK, LINE = "#0b5394", "#9aa5b1"

PARTS = {
    "header#title-block-header": "title, period, version, status,\nvintage of the data",
    "#tbl-glance": "what was found; each number\nleads to its row of the ledger",
    ".callout-important": "what a reader must not conclude",
}


def photograph(page_file: Path, picture: Path) -> dict[str, tuple[float, float]]:
    """Take a picture of the page's first screen and return where the named parts stand: right edge and top."""
    browser_file = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser_file is None:
        sys.exit("make screenshots needs Chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_file, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(page_file.as_uri())
        page.screenshot(path=picture)
        boxes = {name: page.locator(name).first.bounding_box() for name in PARTS}
        browser.close()
    return {name: (box["x"] + box["width"], box["y"]) for name, box in boxes.items() if box and box["y"] < HEIGHT}


def annotate(page: Image.Image, pdf: Image.Image, places: dict[str, tuple[float, float]]) -> Image.Image:
    """Put the page and the PDF side by side, and name the page's parts between them."""
    pdf = pdf.resize((round(pdf.width * HEIGHT / pdf.height), HEIGHT))
    sheet = Image.new("RGB", (WIDTH + MARGIN + pdf.width, HEIGHT), "white")
    sheet.paste(page, (0, 0))
    sheet.paste(pdf, (WIDTH + MARGIN, 0))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(font_faces().latin_regular), 17)
    bold = ImageFont.truetype(str(font_faces().latin_bold), 17)
    draw.rectangle((WIDTH + MARGIN, 0, sheet.width - 1, HEIGHT - 1), outline=LINE)
    next_free = 20.0
    for name, (x, y) in sorted(places.items(), key=lambda item: item[1][1]):
        at = max(y + 12, next_free)
        draw.line((min(x, WIDTH - 10), y + 12, WIDTH + 8, at + 10), fill=INK, width=2)
        draw.multiline_text((WIDTH + 14, at), PARTS[name], fill=INK, font=font)
        next_free = at + 26 * (PARTS[name].count("\n") + 1) + 18
    draw.text((WIDTH + 14, HEIGHT - 60), "report.html  |  report.pdf", fill=INK, font=bold)
    draw.text((WIDTH + 14, HEIGHT - 36), "one source, two formats", fill=INK, font=font)
    return sheet


def with_report_fonts(folder: Path) -> dict[str, str]:
    """Return the environment of a browser that has the report's fonts, since a machine may have none with Chinese."""
    faces = "".join(f"<dir>{path}</dir>" for path in font_faces().folders)
    settings = folder / "fonts.conf"
    included = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
    settings.write_text(f"<fontconfig>{included}{faces}<cachedir>{folder}</cachedir></fontconfig>")
    return {**os.environ, "FONTCONFIG_FILE": str(settings)}


def photograph_site() -> Image.Image:
    """Put pages of the website side by side: at a desk, and on phones in Chinese and in the dark."""
    browser_file = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    shots = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        fonts = with_report_fonts(Path(folder))
        browser = playwright.chromium.launch(executable_path=browser_file, args=["--no-sandbox"], env=fonts)
        for path, scheme, width in SITE_PAGES:
            page = browser.new_page(viewport={"width": width, "height": SITE_HEIGHT}, color_scheme=scheme)
            page.goto(f"{SITE.as_uri()}/{path}")
            page.wait_for_timeout(500)
            shots.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        browser.close()
    sheet = Image.new("RGB", (sum(shot.width for shot in shots) + GAP * (len(shots) - 1), SITE_HEIGHT), LINE)
    x = 0
    for shot in shots:
        sheet.paste(shot, (x, 0))
        x += shot.width + GAP
    return sheet


def main() -> None:
    """Make the pictures."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    places = photograph(REPORT / "report.html", PICTURE)
    with Image.open(PICTURE) as screen:
        page = screen.convert("RGB")
    pdf = pypdfium2.PdfDocument(REPORT / "report.pdf")[0].render(scale=1.4).to_pil()
    annotate(page, pdf, places).quantize(64).save(PICTURE, optimize=True)
    photograph_site().quantize(64).save(SITE_PICTURE, optimize=True)
    for picture in (PICTURE, SITE_PICTURE):
        print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
