"""The reference lists what is in the code: nothing is missing, nothing is invented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tools.reference import tables
from tools.reference.pages import TABLES, render

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "docs" / "reference"
IN_CODE_SPAN = re.compile(r"`([^`\n]+)`")


@pytest.fixture(scope="module")
def rendered() -> dict[Path, str]:
    return render(ROOT)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_written_page_is_up_to_date(rendered: dict[Path, str], name: str) -> None:
    path = Path("docs/reference", f"{name}.md")
    assert (ROOT / path).read_text(encoding="utf-8") == rendered[path], "run python -m tools.reference"


def first_column(page: str) -> set[str]:
    """The code spans in the first cells of a page's tables."""
    rows = [line for line in (REFERENCE / page).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {span for row in rows for span in IN_CODE_SPAN.findall(row.split(" | ")[0])}


def test_every_setting_that_is_read_is_explained() -> None:
    names = {
        node.value
        for path in (ROOT / "src" / "fondaco").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"FONDACO_[A-Z_]+|DATABASE_URL", node.value)
    }
    assert {name for name in first_column("settings.md") if name.isupper()} == names


def test_a_setting_named_in_any_document_exists() -> None:
    known = first_column("settings.md") | {"FONDACO_TEST_DB", "FONDACO_SOAK", "FONDACO_SEED"}
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = {
        (path.name, name) for path in documents for name in re.findall(r"FONDACO_[A-Z_]+[A-Z]", path.read_text("utf-8"))
    }
    assert {(page, name) for page, name in named if name not in known} == set()


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> set[tuple[str, str]]:
    """(path with its parameters left blank, module of the view) of every route."""
    found = set()
    for pattern in patterns:
        path = before + re.sub(r"<[^>]+>|\{[^}]+\}", "{}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            found |= routes(pattern.url_patterns, path)
        else:
            found.add(("/" + path.lstrip("^/").rstrip("$"), getattr(pattern.callback, "__module__", "")))
    return found


def test_the_wire_page_lists_the_wire() -> None:
    written = {
        re.sub(r"\{[^}]+\}", "{}", span.split(" ")[1])
        for span in first_column("wire.md")
        if span.split(" ")[0] in {"GET", "POST"}
    }
    served = {
        path
        for path, module in routes(get_resolver().url_patterns)
        if module.startswith(("fondaco.surfaces.api", "fondaco.surfaces.idp"))
        and not path.startswith("/api/v1")
        and "(?" not in path  # the pattern that refuses what does not exist
    }
    assert written == served


def test_every_error_has_its_anchor() -> None:
    tables.load_everything()
    page = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    codes = [error.code for error in tables.find_errors()]
    assert sorted(re.findall(r'<span id="([^"]+)">', page)) == sorted(codes)
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes), codes


def test_every_required_package_is_explained() -> None:
    page = (ROOT / "docs" / "guide" / "dependencies.md").read_text(encoding="utf-8")
    wanted = {
        match.group(0)
        for file in (ROOT / "requirements").glob("*.in")
        for line in file.read_text(encoding="utf-8").splitlines()
        if (match := re.match(r"[a-z0-9-]+", line)) and not line.startswith("-")
    }
    assert set(re.findall(r"^\| `([^`]+)`", page, flags=re.MULTILINE)) == wanted


def test_the_example_of_a_change_is_real_code() -> None:
    page = (ROOT / "docs" / "guide" / "changes.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert example
    actions = ROOT / "src" / "fondaco" / "review" / "actions" / "submissions.py"
    assert example.group(1) in actions.read_text(encoding="utf-8")


def test_every_decision_is_listed_dated_and_whole() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "index.md").read_text(encoding="utf-8")
    pages = sorted(path for path in folder.glob("*.md") if path.name != "index.md")
    assert [int(path.name[:4]) for path in pages] == list(range(1, len(pages) + 1))
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert re.findall(r"- adr/(\d{4}.+\.md)", site) == [path.name for path in pages]
    for path in pages:
        text = path.read_text(encoding="utf-8")
        title = re.match(r"# (\d{4}) · (.+)\n", text)
        assert title, path.name
        assert f"[{title.group(1)}]({path.name}) | {title.group(2)} |" in index, path.name
        assert re.search(r"^Date: \d{4}-\d{2}-\d{2} · Status: (accepted|superseded by \d{4})$", text, re.MULTILINE)
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name
