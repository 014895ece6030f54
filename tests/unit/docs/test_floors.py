"""The drawing of the floors says what the contract says and what the imports are."""

from __future__ import annotations

import re
from pathlib import Path

from tools.reference import drawing

ROOT = Path(__file__).resolve().parents[3]
PICTURE = (ROOT / "docs" / "guide" / "floors.svg").read_text(encoding="utf-8")


def test_the_picture_shows_the_real_imports() -> None:
    dots = set(re.findall(r"<title>(\w+) → (\w+)</title>", PICTURE))
    assert dots == drawing.find_imports(), "run python -m tools.reference"


def test_no_dot_goes_upward() -> None:
    floor = {package.name: package.floor for package in drawing.find_packages(ROOT)}
    upward = [(one, other) for one, other in drawing.find_imports() if floor[one] >= floor[other]]
    assert upward == []


def test_the_picture_is_the_contract() -> None:
    packages = drawing.find_packages(ROOT)
    drawn = re.findall(r'<text class="name (built|planned)"[^>]*>(\w+)</text>', PICTURE)
    assert drawn == [("built" if package.built else "planned", package.name) for package in packages]
    assert drawing.draw(ROOT) == PICTURE, "run python -m tools.reference"


def test_every_package_has_a_floor() -> None:
    folders = {path.parent.name for path in (ROOT / "src" / "fondaco").glob("*/__init__.py")}
    assert folders == {package.name for package in drawing.find_packages(ROOT) if package.built}


def test_examples_import_nothing_of_the_product_but_the_library_for_other_apis() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "examples").rglob("*.py")}
    ours = re.compile(r"^\s*(?:from|import) (fondaco[\w.]*)", re.MULTILINE)
    imported = {(path.parent.name, name) for path, text in texts.items() for name in ours.findall(text)}
    assert imported == {("own_api", "fondaco.resource_server")}
