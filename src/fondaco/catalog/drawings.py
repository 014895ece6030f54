"""SVG icons: read without entities, refused when they act or reach out, and drawn as pixels. No SVG is ever stored.

What is kept for drawing is built anew from the elements that an icon needs. An element or a reference that could do
more than draw is not left out but refused, because without it the icon would look otherwise than its maker saw it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from fondaco.kit.rasterizing import Undrawable, rasterize

DRAWN_WIDTH: Final = 1024
_MOST_ELEMENTS: Final = 10_000
_DEEPEST: Final = 64
_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_STRUCTURES: Final = ("svg", "g", "defs", "symbol", "use", "switch", "style")
_SHAPES: Final = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon")
_PAINTS: Final = ("linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "filter")
_EFFECTS: Final = (
    *("feBlend", "feColorMatrix", "feComposite", "feDropShadow", "feFlood", "feGaussianBlur", "feOffset"),
    *("feComponentTransfer", "feFuncA", "feFuncB", "feFuncG", "feFuncR", "feMerge", "feMergeNode"),
)
_DRAWS: Final = frozenset({*_STRUCTURES, *_SHAPES, *_PAINTS, *_EFFECTS})
_SAYS: Final = frozenset({"title", "desc", "metadata"})  # nothing of them is drawn
_WITHIN: Final = re.compile(r"#[^\s\"'()<>\\]+")
_URL: Final = re.compile(r"url\(\s*(['\"]?)(.*?)\1\s*\)", re.IGNORECASE | re.DOTALL)
_ACTS: Final = re.compile(r"@|\\|javascript:|expression\s*\(|<", re.IGNORECASE)


class BadDrawing(Exception):
    """Why the drawing is not accepted, in words."""


def draw(data: bytes) -> bytes:
    """The SVG as a PNG of 1024 pixels width. Raises :class:`BadDrawing`."""
    try:
        clean = _clean(_read(data))
    except RecursionError:
        raise BadDrawing(_("This drawing is nested too deeply.")) from None
    try:
        return rasterize(clean, width=DRAWN_WIDTH)
    except Undrawable:
        raise BadDrawing(
            _("This drawing cannot be drawn, or takes too long. Simplify it, or export it as PNG.")
        ) from None


def _read(data: bytes) -> Element:
    try:
        root: Element = fromstring(data)
    except DefusedXmlException:
        raise BadDrawing(_("Leave out entities: an icon needs none.")) from None
    except (ParseError, ValueError, LookupError):
        raise BadDrawing(_("This SVG is damaged: it is not well-formed XML.")) from None
    if root.tag != f"{{{_SVG}}}svg":
        raise BadDrawing(_("This is not an SVG drawing."))
    return root


def _clean(root: Element) -> bytes:
    for number, (_element, depth) in enumerate(_walk(root, 0)):
        if number >= _MOST_ELEMENTS or depth > _DEEPEST:
            words = _("Use at most %(most)d elements, nested at most %(deepest)d deep.")
            raise BadDrawing(words % {"most": _MOST_ELEMENTS, "deepest": _DEEPEST})
    register_namespace("", _SVG)
    text: bytes = tostring(_build(root), encoding="utf-8")
    return text


def _walk(element: Element, depth: int) -> Iterator[tuple[Element, int]]:
    waiting = [(element, depth)]
    while waiting:
        found, level = waiting.pop()
        yield found, level
        if level <= _DEEPEST:
            waiting.extend((child, level + 1) for child in found)


def _build(element: Element) -> Element:
    name = _name(element)
    fresh = Element(element.tag, dict(_attributes(element, name)))
    if name == "style":
        fresh.text = _check(element.text or "", name)
    for child in element:
        if isinstance(child.tag, str) and child.tag.startswith(f"{{{_SVG}}}") and _name(child) not in _SAYS:
            fresh.append(_build(child))
    return fresh


def _name(element: Element) -> str:
    """Of an element of SVG; those of drawing programs are not even looked at."""
    name = str(element.tag).rpartition("}")[2]
    if name in _DRAWS | _SAYS:
        return name
    if name in {"text", "tspan", "textPath"}:
        raise BadDrawing(_("Turn text into paths: the platform does not have your font."))
    if name == "image":
        raise BadDrawing(_("Leave out embedded pictures: an SVG icon is made of shapes. Or export it as PNG."))
    raise BadDrawing(_("Leave out <%(name)s>: an icon only draws shapes.") % {"name": name[:40]})


def _attributes(element: Element, name: str) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        space, _brace, plain = key.rpartition("}")
        if space not in {"", f"{{{_XLINK}"}:
            continue  # of drawing programs
        if plain.lower().startswith("on"):
            raise BadDrawing(_("Leave out scripts: <%(name)s> has %(attribute)s.") % {"name": name, "attribute": plain})
        if plain == "href":
            if not _WITHIN.fullmatch(value.strip()):
                raise BadDrawing(_("Refer to nothing outside of the drawing: %(value)s.") % {"value": value[:80]})
            yield "href", value.strip()
        elif not space:
            yield plain, _check(value, name)


def _check(text: str, name: str) -> str:
    """A value, or the text of a style: it refers to nothing outside and does nothing."""
    for _quote, target in _URL.findall(text):
        if not _WITHIN.fullmatch(target.strip()):
            raise BadDrawing(_("Refer to nothing outside of the drawing: %(value)s.") % {"value": target[:80]})
    rest = _URL.sub("", text)
    if _ACTS.search(rest) or "url(" in rest.lower():
        raise BadDrawing(_("Leave out what is not plain style in <%(name)s>.") % {"name": name})
    return text
