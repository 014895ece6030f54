"""Compiled pages are kept on disk, and nothing about the disk can break a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from fondaco.surfaces.site.compiled import CompiledPages


def render(folder: Path, text: str) -> str:
    pages = Environment(loader=DictLoader({"page": text}), bytecode_cache=CompiledPages(folder), autoescape=True)
    return pages.get_template("page").render()


def test_a_page_is_compiled_once_and_again_when_its_text_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "templates"
    assert render(folder, "one") == "one"
    assert folder.stat().st_mode & 0o777 == 0o700
    [kept] = folder.iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(Environment, "_generate", lambda *_: pytest.fail("compiled a second time"))
        assert render(folder, "one") == "one"
    assert render(folder, "two") == "two"
    assert list(folder.iterdir()) == [kept]


def test_where_nothing_can_be_kept_pages_are_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert render(tmp_path / "file", "one") == "one"


def test_what_was_torn_is_made_anew(tmp_path: Path) -> None:
    render(tmp_path, "one")
    [kept] = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:40])
    assert render(tmp_path, "one") == "one"
