"""What others wrote is exactly what its list says, and nothing else lies beside it."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from pathlib import Path

from tests.unit.site.pages import SITE

VENDOR = SITE / "static" / "fondaco" / "vendor"
PACKAGES = tomllib.loads((VENDOR / "VENDOR.toml").read_text(encoding="utf-8"))["package"]


def test_every_file_has_the_hash_of_the_list() -> None:
    for package in PACKAGES:
        for name, integrity in package["files"].items():
            digest = hashlib.sha384((VENDOR / name).read_bytes()).digest()
            assert integrity == "sha384-" + base64.b64encode(digest).decode(), name


def test_every_package_names_its_version_and_brings_its_licence() -> None:
    for package in PACKAGES:
        assert set(package) == {"name", "version", "licence", "homepage", "files"}
        assert any("LICENSE" in name for name in package["files"]), package["name"]


def test_nothing_unlisted_lies_there() -> None:
    listed = {(VENDOR / name).resolve() for package in PACKAGES for name in package["files"]}
    present = {path.resolve() for path in VENDOR.rglob("*") if path.is_file() and path.name != "VENDOR.toml"}
    assert present == {path for path in listed if VENDOR in path.parents}


def test_fonts_are_all_there() -> None:
    fonts: str = (VENDOR.parent / "fonts.css").read_text(encoding="utf-8")
    named = {part.split('"')[0] for part in fonts.split('url("')[1:]}
    assert named == {f"vendor/inter/{path.name}" for path in (VENDOR / "inter").glob("*.woff2")}
    assert all((VENDOR.parent / Path(name)).is_file() for name in named)
