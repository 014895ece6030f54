"""Rules that every template of every surface keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import nodes
from tests.unit.site.pages import PACKAGE, SITE, TEMPLATES

from fondaco.surfaces.site.icons import SHAPES
from fondaco.surfaces.site.templating import environment

ENVIRONMENT = environment()
STYLESHEETS = sorted((SITE / "static" / "fondaco").glob("*.css"))
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_it_compiles_and_has_nothing_that_the_content_policy_refuses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ENVIRONMENT.compile(text, name(path))
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert "<style" not in text, "inline style"
    assert not re.search(r"\sstyle\s*=", text), "style attribute"
    assert not re.search(r"\son(?:click|change|submit|load|error|input|focus|blur|key\w+|mouse\w+)\s*=", text), (
        "event attribute"
    )
    assert not re.search(r"https?://[^\"' ]+\.(?:js|css|woff2)", text), "a file from elsewhere"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_it_names_exists(path: Path) -> None:
    tree = ENVIRONMENT.parse(path.read_text(encoding="utf-8"))
    named = [
        call.args[0].value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "icon" and isinstance(call.args[0], nodes.Const)
    ]
    named += [
        argument.value.value
        for call in tree.find_all(nodes.Call)
        for argument in call.kwargs
        if argument.key == "symbol"
        and isinstance(argument.value, nodes.Const)
        and isinstance(argument.value.value, str)
    ]
    assert [symbol for symbol in named if symbol not in SHAPES] == []


@pytest.mark.parametrize("path", [path for path in STYLESHEETS if path.name not in {"tokens.css"}], ids=name)
def test_colours_stand_in_the_tokens_only(path: Path) -> None:
    """White paper for print and mails, white letters on app icons and the icons' own hues are no theme's business."""
    lines = path.read_text(encoding="utf-8").splitlines()
    literal = [line for line in lines if _COLOUR.search(line) and "hue" not in line]
    assert all("#fff;" in line for line in literal), literal


@pytest.mark.parametrize("path", [path for path in STYLESHEETS if path.name != "fonts.css"], ids=name)
def test_measures_are_logical_so_that_pages_can_be_mirrored(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    physical = re.findall(r"(?:margin|padding|border)-(?:left|right|top|bottom)|(?<![-\w])(?:left|right):", text)
    assert physical == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_is_so_since_two_days_ago(path: Path) -> None:
    """English says *for 2 days*: ``ui.lasting_since``. Only a date follows *since*."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""[Ss]ince["']\) \}\}\s*\{\{ (?:ui\.)?time\(""", text)
    assert not re.search(r"""since=[\w.]+\|ago""", text)
