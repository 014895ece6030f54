"""Each house rule catches what it forbids and leaves alone what it allows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from tools.house import (
    budgets,
    clocks,
    floors,
    late_imports,
    names,
    overrides,
    prints,
    signals,
    statuses,
    writes,
)
from tools.house.__main__ import find_checkers, find_problems, main
from tools.house.problem import Problem

Check = Callable[[Path], list[Problem]]


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text))


def found(check: Check, root: Path) -> list[tuple[str, int, str]]:
    """Problems as (path, line, the "what" before the first dash)."""
    return [(problem.path.as_posix(), problem.line, problem.message.split(" — ")[0]) for problem in sorted(check(root))]


CATALOG = "src/fondaco/catalog/actions.py"
MODELS = "src/fondaco/catalog/models.py"
VIEWS = "src/fondaco/surfaces/portal/views.py"

BAD: list[tuple[Check, str, str, int, str]] = [
    (statuses.check, CATALOG, "app.status = 'draft'", 1, "assigns a status"),
    (statuses.check, CATALOG, "app.name, app.status = 'a', 'b'", 1, "assigns a status"),
    (statuses.check, CATALOG, "app.status: str = 'draft'", 1, "assigns a status"),
    (statuses.check, CATALOG, "app.status += 'x'", 1, "assigns a status"),
    (statuses.check, CATALOG, "setattr(app, 'status', 'x')", 1, "setattr() of a status"),
    (statuses.check, CATALOG, "App.objects.filter(pk=1).update(status='x')", 1, "update(status=…)"),
    (statuses.check, CATALOG, "apps.update(**{'status': 'x'})", 1, "update(status=…)"),
    (statuses.check, CATALOG, "App.objects.bulk_update(apps, ['name', 'status'])", 1, "bulk_update() of a status"),
    (statuses.check, CATALOG, "app.save(update_fields=['status'])", 1, "save() of a status"),
    (statuses.check, CATALOG, "App.objects.create(name='a', status='x')", 1, "create(status=…)"),
    (
        statuses.check,
        CATALOG,
        "App.objects.update_or_create(pk=1, defaults={'status': 'x'})",
        1,
        "update_or_create(status=…)",
    ),
    (statuses.check, CATALOG, "class App(Stateful):\n    pass\nApp(status='x')", 3, "App(status=…)"),
    (
        statuses.check,
        CATALOG,
        "class Content(Stateful): pass\nclass Listing(Content): pass\nListing(status='x')",
        3,
        "Listing(status=…)",
    ),
    (statuses.check, CATALOG, "SQL = 'UPDATE a SET b = 1, status = 2'", 1, "SQL that sets a status"),
    (statuses.check, "tests/db/test_a.py", "app.status = 'draft'", 1, "assigns a status"),
    (
        signals.check,
        CATALOG,
        "from django.db.models.signals import post_save",
        1,
        "imports django.db.models.signals.post_save",
    ),
    (signals.check, CATALOG, "from django.dispatch import Signal", 1, "imports django.dispatch.Signal"),
    (signals.check, CATALOG, "from allauth.account import signals", 1, "imports allauth.account.signals"),
    (signals.check, CATALOG, "@receiver(post_save)\ndef f(): pass", 1, "@receiver"),
    (overrides.check, MODELS, "class App(models.Model):\n    def save(self): pass", 2, "App.save() is overridden"),
    (overrides.check, CATALOG, "class App(Stateful):\n    def delete(self): pass", 2, "App.delete() is overridden"),
    (
        late_imports.check,
        CATALOG,
        "def f():\n    if True:\n        from a import b",
        3,
        "import inside f()",
    ),
    (clocks.check, CATALOG, "datetime.now(UTC)", 1, "datetime.now"),
    (clocks.check, CATALOG, "datetime.datetime.utcnow()", 1, "datetime.utcnow"),
    (clocks.check, CATALOG, "Field(default=timezone.now)", 1, "timezone.now"),
    (clocks.check, CATALOG, "time.time()", 1, "time.time"),
    (clocks.check, CATALOG, "from time import time", 1, "imports time.time"),
    (
        writes.check,
        CATALOG,
        "def act(app, *, actor: Actor):\n    with transaction.atomic(durable=True): pass",
        1,
        "act() takes positional arguments",
    ),
    (
        writes.check,
        CATALOG,
        "def act(*, app: App):\n    with transaction.atomic(durable=True): pass",
        1,
        "act() has no actor: Actor",
    ),
    (prints.check, CATALOG, "print('x')", 1, "print()"),
    (
        floors.check,
        CATALOG,
        "from django.http import HttpResponse",
        1,
        "a domain package imports django.http.HttpResponse",
    ),
    (floors.check, CATALOG, "import ninja", 1, "a domain package imports ninja"),
    (
        floors.check,
        VIEWS,
        "App.objects.filter(pk=1).update(name='x')",
        1,
        "a surface writes rows with .objects.….update()",
    ),
    (floors.check, VIEWS, "app.save()", 1, "a surface writes rows with .save()"),
    (floors.check, VIEWS, "app.delete()", 1, "a surface writes rows with .delete()"),
]


@pytest.mark.parametrize(("check", "path", "text", "line", "what"), BAD)
def test_a_broken_rule_is_found(tmp_path: Path, check: Check, path: str, text: str, line: int, what: str) -> None:
    write(tmp_path, path, text)
    assert found(check, tmp_path) == [(path, line, what)]


GOOD: list[tuple[Check, str, str]] = [
    (statuses.check, "src/fondaco/audit/status.py", "obj.status = to\nobj.save(update_fields=['status'])"),
    (statuses.check, CATALOG, "class App(Stateful):\n    status = MACHINE.field()\nApp(name='x')"),
    (statuses.check, CATALOG, "class App(Stateful):\n    status: str"),
    (statuses.check, "src/fondaco/kit/outbound/failures.py", "self.status = 502"),
    (clocks.check, "src/fondaco/kit/ids.py", "time.time()"),
    (statuses.check, CATALOG, "App.objects.filter(status='x').update(name='y')"),
    (statuses.check, CATALOG, "transition(app, State.DRAFT, actor=actor)"),
    (statuses.check, CATALOG, "SQL = \"UPDATE a SET b = 1 WHERE status = 'x'\""),
    (statuses.check, CATALOG, "SQL = 'SELECT status FROM a'"),
    (statuses.check, VIEWS, "JsonResponse({}, status=404)"),
    (statuses.check, "tests/db/factories.py", "App.objects.create(status='x')"),
    (signals.check, "src/fondaco/runtime/supervisor.py", "import signal\nfrom signal import SIGTERM"),
    (overrides.check, VIEWS, "class Settings(Form):\n    def save(self): pass"),
    (overrides.check, CATALOG, "class Purse:\n    def delete(self): pass"),
    (late_imports.check, "src/fondaco/cli/main.py", "def up():\n    import fondaco.runtime"),
    (late_imports.check, "src/fondaco/catalog/apps.py", "def ready(self):\n    from a import projections"),
    (late_imports.check, CATALOG, "if TYPE_CHECKING:\n    import a"),
    (clocks.check, "src/fondaco/kit/clock.py", "datetime.now(UTC)"),
    (clocks.check, CATALOG, "clock.now()\ntime.monotonic()\ntime.perf_counter()\ndatetime.fromisoformat(x)"),
    (clocks.check, "tests/unit/test_a.py", "datetime.now(UTC)"),
    (prints.check, "src/fondaco/cli/main.py", "print('x')"),
    (
        writes.check,
        CATALOG,
        "def act(*, actor: Actor) -> None:\n    with transaction.atomic(durable=True): pass\ndef step(app): pass",
    ),
    (
        writes.check,
        "src/fondaco/kit/deadlines.py",
        "def sweep(limit):\n    with transaction.atomic(durable=True): pass",
    ),
    (statuses.check, "tests/db/audit/test_status.py", "App.objects.update(status='x')"),
    (prints.check, CATALOG, "pprint = 1"),
    (floors.check, VIEWS, "from django.http import HttpResponse\nrequest.session.save()\nApp.objects.get(pk=1)"),
    (floors.check, "src/fondaco/runtime/demo.py", "app.save()"),
    (floors.check, CATALOG, "app.save()"),
    (names.check, "src/fondaco/catalog/media.py", "x = 1"),
]


@pytest.mark.parametrize(("check", "path", "text"), GOOD)
def test_what_is_allowed_passes(tmp_path: Path, check: Check, path: str, text: str) -> None:
    write(tmp_path, path, text)
    assert check(tmp_path) == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc", "base", "_utils"])
def test_a_drawer_for_everything_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"src/fondaco/catalog/{name}.py", "")
    write(tmp_path, f"tests/unit/{name}/test_a.py", "")
    write(tmp_path, f"tests/unit/{name}/test_b.py", "")
    assert found(names.check, tmp_path) == [
        (f"src/fondaco/catalog/{name}.py", 1, f"a module called {name}"),
        (f"tests/unit/{name}", 1, f"a module called {name}"),
    ]


def test_file_budget(tmp_path: Path) -> None:
    write(tmp_path, CATALOG, "x = 1\n" * 400)
    write(tmp_path, "src/fondaco/surfaces/site/static/fondaco/base.css", "a {}\n" * 400)
    assert budgets.check(tmp_path) == []
    write(tmp_path, CATALOG, "x = 1\n" * 401)
    write(tmp_path, "src/fondaco/surfaces/site/static/fondaco/base.css", "a {}\n" * 401)
    assert found(budgets.check, tmp_path) == [
        (CATALOG, 401, "401 lines, the budget is 400"),
        ("src/fondaco/surfaces/site/static/fondaco/base.css", 401, "401 lines, the budget is 400"),
    ]


def test_function_budget(tmp_path: Path) -> None:
    write(tmp_path, CATALOG, "def f():\n" + "    x = 1\n" * 59)
    assert budgets.check(tmp_path) == []
    write(tmp_path, CATALOG, "def f():\n" + "    x = 1\n" * 60)
    assert found(budgets.check, tmp_path) == [(CATALOG, 1, "f() has 61 lines, the budget is 60")]


def test_parameter_budget_counts_neither_self_nor_cls(tmp_path: Path) -> None:
    write(tmp_path, CATALOG, "class A:\n    def f(self, a, b, c, d, *, e, f, g, h): pass")
    assert budgets.check(tmp_path) == []
    write(tmp_path, CATALOG, "async def f(a, b, c, d, *, e, f, g, h, i): pass")
    assert found(budgets.check, tmp_path) == [(CATALOG, 1, "f() has 9 parameters, the budget is 8")]


def test_vendored_files_and_migrations_are_not_ours(tmp_path: Path) -> None:
    write(tmp_path, "src/fondaco/surfaces/site/static/vendor/tabler.css", "a {}\n" * 500)
    write(tmp_path, "src/fondaco/surfaces/site/static/fondaco/htmx.min.js", "x\n" * 500)
    write(tmp_path, "src/fondaco/catalog/migrations/0001_initial.py", "def f():\n    import a\n" + "x = 1\n" * 500)
    assert find_problems(tmp_path) == []


def test_every_rule_is_run_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, CATALOG, "print('x')\n")
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == (
        f"{CATALOG}:1: print() — nobody reads a server's standard output — log it\n"
        "House rules broken: 1. Each line says where: what — why — what to do.\n"
    )
    write(tmp_path, CATALOG, "x = 1\n")
    assert main([str(tmp_path)]) == 0
    for module in (budgets, clocks, floors, late_imports, names, overrides, prints, signals, statuses, writes):
        assert module.check in find_checkers().values()


def test_a_message_says_what_why_and_what_to_do(tmp_path: Path) -> None:
    for number, (_check, path, text, _line, _what) in enumerate(BAD):
        write(tmp_path / str(number), path, text)
        for problem in find_problems(tmp_path / str(number)):
            assert len(problem.message.split(" — ")) == 3, problem
