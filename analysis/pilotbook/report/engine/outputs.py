"""What a code cell printed or drew, as Pandoc Markdown."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any

from pilotbook.report.engine.options import NUMBERED, CellOptions
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.source import Cell, joined

PICTURES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
METRES_PER_INCH, CSS_PIXELS_PER_INCH = 0.0254, 96
IGNORED_TAGS = {"remove-output", "remove-cell"}


@dataclass
class Media:
    """Pictures taken out of a notebook, by file name."""

    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, stem: str, extension: str, content: bytes) -> str:
        """Store one picture and return its name; names follow labels and cell numbers, so they never vary."""
        name = f"{stem}.{extension}"
        count = 2
        while name in self.files:
            name = f"{stem}-{count}.{extension}"
            count += 1
        self.files[name] = content
        return name


@dataclass(frozen=True)
class Picture:
    """One drawn output."""

    name: str
    width: int | None


def outputs_markdown(cell: Cell, options: CellOptions, media: Media) -> str:
    """Markdown of everything a code cell shows, with its float around it if it has a label.

    Raises
    ------
    RenderError
        If an output failed, cannot be shown in both formats, or lacks the caption or alternative text it needs.
    """
    shown = options.get("output", True)
    if shown is False or cell.tags & IGNORED_TAGS:
        return ""
    parts: list[str] = []
    pictures: list[Picture] = []
    for output in cell.outputs:
        if output["output_type"] == "stream":
            parts.append(_stream(output, options))
        elif output["output_type"] == "error":
            raise cell.place.error(
                f"the cell raised {output.get('ename')}: {output.get('evalue')}; mend and run it again"
            )
        else:
            part = _shown(output["data"], output.get("metadata", {}), cell.place, media, options)
            if isinstance(part, Picture):
                pictures.append(part)
            else:
                parts.append(part)
    return _with_pictures("\n\n".join(part for part in parts if part), pictures, options, cell.place)


def natural_width(content: bytes) -> int | None:
    """Width in CSS pixels of a PNG that says how many of its pixels make a metre; None for anything else."""
    header = re.match(rb"\x89PNG\r\n\x1a\n.{8}(.{4})", content, re.DOTALL)
    density = re.search(rb"pHYs(.{4}).{4}\x01", content[:2048], re.DOTALL)
    if not header or not density:
        return None
    pixels, per_metre = (int.from_bytes(match[1], "big") for match in (header, density))
    return round(pixels / per_metre / METRES_PER_INCH * CSS_PIXELS_PER_INCH)


def fence(text: str, mark: str = "`") -> str:
    """A fence longer than every run of its mark in the text."""
    runs = [len(run) for run in re.findall(f"{re.escape(mark)}+", text)]
    return mark * max(3, 1 + max(runs, default=0))


def quoted(text: str) -> str:
    """A text as the value of a Pandoc attribute."""
    one_line = " ".join(str(text).split())
    escaped = one_line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _stream(output: dict[str, Any], options: CellOptions) -> str:
    text = joined(output["text"])
    if output.get("name") == "stderr" and options.get("warning") is False:
        return ""
    if options.get("output") == "asis":
        return text
    ticks = fence(text)
    return f"{ticks} {{.cell-output .cell-output-{output.get('name', 'stdout')}}}\n{text.rstrip()}\n{ticks}"


def _shown(
    data: dict[str, Any], metadata: dict[str, Any], place: Place, media: Media, options: CellOptions
) -> Picture | str:
    if "text/markdown" in data:
        return joined(data["text/markdown"]).strip("\n")
    for mime, extension in PICTURES.items():
        if mime in data:
            raw = joined(data[mime])
            content = raw.encode() if extension == "svg" else base64.b64decode(raw)
            width = metadata.get(mime, {}).get("width") or natural_width(content)
            stem = options.label or f"cell-{place.cell}"
            return Picture(media.add(stem, extension, content), width)
    if "text/html" in data:
        raise place.error(
            "shows text/html, which the PDF cannot hold; show a Markdown table (IPython.display.Markdown) instead"
        )
    if "text/plain" in data:
        text = joined(data["text/plain"])
        ticks = fence(text)
        return f"{ticks} {{.cell-output .cell-output-display}}\n{text}\n{ticks}"
    raise place.error(
        f"shows only {', '.join(sorted(data))}, which no report can hold; show Markdown, PNG or SVG instead"
    )


def _with_pictures(text: str, pictures: list[Picture], options: CellOptions, place: Place) -> str:
    label = options.label
    kind = label.partition("-")[0]
    if kind not in NUMBERED:
        images = [_image(picture, options, index, place) for index, picture in enumerate(pictures)]
        return "\n\n".join([*images, text] if text else images)
    caption = options.get(f"{kind}-cap")
    if not caption:
        raise place.error(f"the label '{label}' needs a caption; add '#| {kind}-cap: …'")
    if kind == "fig" and not pictures:
        raise place.error(
            f"the label '{label}' promises a figure, but the cell drew none; run it again or drop the label"
        )
    if kind == "tbl" and not text:
        raise place.error(
            f"the label '{label}' promises a table, but the cell shows none; run it again or drop the label"
        )
    if len(pictures) > 1:
        return _panels(pictures, options, place)
    inside = _image(pictures[0], options, 0, place) if pictures else ""
    body = "\n\n".join(part for part in (inside, text) if part)
    colons = fence(body, ":")
    return f"{colons} {{#{label}}}\n{body}\n\n{options.nth(f'{kind}-cap', 0)}\n{colons}"


def _panels(pictures: list[Picture], options: CellOptions, place: Place) -> str:
    captions = options.get("fig-subcap")
    if not captions or len(captions) != len(pictures):
        raise place.error(
            f"drew {len(pictures)} pictures under the label '{options.label}'; "
            f"give '#| fig-subcap' as a list with {len(pictures)} texts"
        )
    panels = [
        _image(picture, options, index, place, caption=captions[index], identifier=f"{options.label}-{index + 1}")
        for index, picture in enumerate(pictures)
    ]
    columns = options.get("layout-ncol", 1)
    return (
        f":::: {{#{options.label} layout-ncol={columns}}}\n"
        + "\n\n".join([*panels, options.nth("fig-cap", 0)])
        + "\n::::"
    )


def _image(
    picture: Picture, options: CellOptions, index: int, place: Place, caption: str = "", identifier: str = ""
) -> str:
    alternative = options.nth("fig-alt", index)
    if not alternative.strip():
        raise place.error("a picture has no alternative text; add '#| fig-alt: …' that says what a reader sees in it")
    parts = [f"#{identifier}"] if identifier else []
    parts.append(f"fig-alt={quoted(alternative)}")
    if picture.width:
        parts.append(f"width={picture.width}px")
    return f"![{caption}]({picture.name}){{{' '.join(parts)}}}"
