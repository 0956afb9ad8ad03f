"""SVG pictures without what nobody sees: matplotlib writes every coordinate to a millionth of a point.

What is drawn stays as it is to a hundredth of a point (four thousandths of a millimetre). Names that nothing refers to,
remarks, groups that group nothing and blanks go; glyphs and markers get short names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from xml.etree import ElementTree

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
PLACES = 2
MEASURES = ("d", "x", "y", "width", "height", "points", "viewBox")
"""Attributes that are nothing but coordinates and commands."""

INHERITED = {"fill", "stroke", "stroke-width"}

NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
MOVED = re.compile(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)")
REFERENCE = re.compile(r"#([\w-]+)")
BESIDE_COMMANDS = re.compile(r" (?=[A-Za-z,])|(?<=[A-Za-z,]) ")
LINES = re.compile(r"(?<=L)[^A-Za-z]*(?:L[^A-Za-z]*)+")


def slim(picture: str) -> str:
    """Return an SVG picture of matplotlib that looks the same in fewer bytes.

    Parameters
    ----------
    picture
        A whole SVG document.
    """
    root = ElementTree.fromstring(picture)
    _without(root, "metadata")
    names = _short_names(root)
    for element in root.iter():
        _slim_attributes(element, names)
        element.text = element.text if element.text and element.text.strip() else None
        element.tail = None
    _ungroup(root)
    for group in root.iter(f"{{{SVG}}}g"):
        _share_style(group)
    ElementTree.register_namespace("", SVG)
    written = ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")
    return written.replace('"', "'")  # a notebook would mask every other quotation mark


def _without(root: ElementTree.Element, tag: str) -> None:
    for element in root.findall(f"{{{SVG}}}{tag}"):
        root.remove(element)


def _short_names(root: ElementTree.Element) -> dict[str, str]:
    """Name what is referred to, in the order of the picture."""
    used = {name for element in root.iter() for name in _references(element)}
    fresh = (f"a{number}" for number in count())
    there = (element.get("id") for element in root.iter())
    return {name: next(fresh) for name in there if name in used}


def _references(element: ElementTree.Element) -> Iterator[str]:
    for name, value in element.items():
        if name == HREF or "url(#" in value:
            yield from REFERENCE.findall(value)


def _slim_attributes(element: ElementTree.Element, names: dict[str, str]) -> None:
    for name, value in list(element.items()):
        if name == "id":
            if value in names:
                element.set(name, names[value])
            else:
                del element.attrib[name]
        elif name == HREF or "url(#" in value:
            del element.attrib[name]  # the second edition of SVG asks for no prefix
            shown = REFERENCE.sub(lambda match: f"#{names.get(match[1], match[1])}", value)
            element.set("href" if name == HREF else name, shown)
        elif name in MEASURES:
            element.set(name, _measures(value))
        elif name == "transform":
            _move(element, value)
        elif name == "style":
            element.set(name, value.replace("; ", ";").replace(": ", ":"))


def _measures(value: str) -> str:
    """Round coordinates, and leave out blanks and repeated commands."""
    rounded = BESIDE_COMMANDS.sub("", NUMBER.sub(_rounded, " ".join(value.split())))
    return LINES.sub(lambda lines: lines[0].replace("L", " "), rounded)


def _rounded(match: re.Match[str]) -> str:
    shown = f"{float(match[0]):.{PLACES}f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def _move(element: ElementTree.Element, value: str) -> None:
    """Put a glyph to its place by its coordinates, which is shorter than by a transformation."""
    moved = MOVED.fullmatch(value.strip())
    if moved and element.tag == f"{{{SVG}}}use" and element.get("x") is None and element.get("y") is None:
        del element.attrib["transform"]
        for name, distance in zip(("x", "y"), moved.groups(), strict=True):
            shown = NUMBER.sub(_rounded, distance)
            if shown != "0":
                element.set(name, shown)
    else:
        # a scale is small, and so its digits count
        element.set("transform", MOVED.sub(lambda match: NUMBER.sub(_rounded, match[0]), value))


def _share_style(group: ElementTree.Element) -> None:
    """Say once for a group what all its members say, where members inherit it."""
    styles = {child.get("style") for child in group}
    style = styles.pop() if len(styles) == 1 and len(group) > 1 else None
    if style and group.get("style") is None and {part.split(":")[0] for part in style.split(";")} <= INHERITED:
        group.set("style", style)
        for child in group:
            del child.attrib["style"]


def _ungroup(element: ElementTree.Element) -> None:
    """Put the content of groups without attributes, and of definitions of glyphs, where the group was."""
    for child in element:
        _ungroup(child)
    content = []
    for child in element:
        content += list(child) if child.tag == f"{{{SVG}}}g" and not child.attrib else [child]
    element[:] = content
