"""Markdown tables from what the code declares. Each function gives the generated part of one page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Final

import typer
import typer.core
import typer.main
from django.apps import apps
from ninja import NinjaAPI

import fondaco
from fondaco.accounts.permissions import ADMIN, AGENT, EXPLANATIONS, LABELS, OPERATOR_ROLES, SUPERVISOR, Permission
from fondaco.audit.kinds import all_kinds
from fondaco.audit.status import Machine, Stateful
from fondaco.catalog.data_fields import DATA_FIELDS
from fondaco.catalog.scopes import Scope, scopes_by_api
from fondaco.cli import main as command_line
from fondaco.kit import deadlines
from fondaco.kit.errors import DomainError
from fondaco.notify import letters
from fondaco.partners.models import MEMBER_ROLES
from fondaco.review.checking.registry import all_checks
from fondaco.surfaces import api as management


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells may hold Markdown, bars in them are escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def load_everything() -> None:
    """Imports every module of the product, so that whatever registers itself has done so."""
    for module in walk_packages(fondaco.__path__, "fondaco."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)


def events() -> str:
    """Kinds of events by the package that declares them."""
    return table(["kind", "means"], [[f"`{kind.name}`", kind.meaning] for kind in all_kinds()])


def errors() -> str:
    """Refusals by code. The anchor of each is what ``type`` of a problem document points at."""
    refusals = sorted(find_errors(), key=lambda error: error.code)
    rows = [[f'<span id="{error.code}"></span>`{error.code}`', str(error.status), _text(error)] for error in refusals]
    return table(["code", "HTTP", "says"], rows)


def find_errors() -> list[type[DomainError]]:
    """Every refusal there is, one class a code; a second class with the same code only rewords it."""
    by_code: dict[str, type[DomainError]] = {}
    for error in _subclasses(DomainError):
        by_code.setdefault(error.code, error)
    return list(by_code.values())


def _subclasses(parent: type[DomainError]) -> Iterator[type[DomainError]]:
    yield parent
    for child in parent.__subclasses__():
        if child.__module__.startswith("fondaco."):
            yield from _subclasses(child)


def _text(error: type[DomainError]) -> str:
    return re.sub(r"%\((\w+)\)[sd]", r"⟨\1⟩", str(error.message)).replace("%%", "%")


def permissions() -> str:
    """Permissions and what they allow."""
    return (
        table(
            ["permission", "called", "lets its holder"],
            [[f"`{one.value}`", str(LABELS[one]), str(EXPLANATIONS[one])] for one in Permission],
        )
        + _roles("accounts' first roles", _ACCOUNT_ROLES)
        + _roles("partner members' roles", MEMBER_ROLES)
        + _roles("operators' roles", OPERATOR_ROLES)
    )


_ACCOUNT_ROLES: Final = {"admin": ADMIN, "supervisor": SUPERVISOR, "agent": AGENT}


def _roles(title: str, roles: Mapping[Any, frozenset[Permission]]) -> str:
    rows = [
        [f"`{role!s}`", ", ".join(f"`{one.value}`" for one in sorted(allowed)) or "nothing"]
        for role, allowed in roles.items()
    ]
    return f"\n\n### What {title} hold\n\n" + table(["role", "permissions"], rows)


def scopes() -> str:
    """Scopes by API: what each opens to a program, what a customer reads before consenting, who gets it how."""
    heads = [
        "scope",
        "allows a program to",
        "endpoints",
        "a customer reads",
        "how an app gets it",
        "client of the portal",
    ]
    parts = [f"## {api}\n\n" + table(heads, [_scope(scope) for scope in scopes]) for api, scopes in scopes_by_api()]
    return "\n\n".join([*parts, _data_fields()])


def _data_fields() -> str:
    """What a version may say it reads."""
    rows = [[f"`{each.name}`", f"`{each.scope}`", str(each.words)] for each in DATA_FIELDS.values()]
    words = (
        "A version says in `data_fields` what it reads. What its scopes do not allow is refused on save "
        "(`scope-missing`), and customers read the words before they install."
    )
    return f"## Data fields\n\n{words}\n\n" + table(["field", "scope", "a customer reads"], rows)


def _scope(scope: Scope) -> list[str]:
    allows = str(scope.allows)
    return [
        f"`{scope.name}`",
        allows[0].lower() + allows[1:],
        "<br>".join(f"`{each}`" for each in scope.endpoints) or "none yet",
        str(scope.consent),
        _how_given(scope),
        "no" if scope.is_for_installations else "yes",
    ]


def _how_given(scope: Scope) -> str:
    if scope.implicit:
        return "given to every installation"
    return "on request, with a reason" if scope.needs_reason else "on request"


def states() -> str:
    """The table of steps of every machine."""
    machines = {model.MACHINE.name: model.MACHINE for model in apps.get_models() if issubclass(model, Stateful)}
    return "\n\n".join(
        f"## {name[0].upper()}{name[1:]}\n\n"
        + table(["state", "leads to", "entering it records"], [_steps(machine, state) for state in machine.states])
        for name, machine in sorted(machines.items())
    )


def _steps(machine: Machine, state: StrEnum) -> list[str]:
    onward = [f"`{other.value}`" for other in machine.states if other in machine.table[state]]
    kind = machine.events.get(state)
    return [
        f"`{state.value}`" + " (first)" * (state == machine.initial),
        ", ".join(onward) or "nothing: final",
        f"`{kind}`" if kind else "",
    ]


def checks() -> str:
    """Certification checks by track: what each looks at, what it may do to a submission, how to mend."""
    groups: dict[str, list[list[str]]] = {}
    for one in all_checks():
        weight = f"{one.severity.value}{', blocks' if one.blocks else ''}{', watched' if one.is_network else ''}"
        row = [f'<span id="{one.id}"></span>`{one.id}`', f"{one.title}. {one.explanation}", weight, str(one.since)]
        groups.setdefault(one.track.value, []).append([*row, str(one.mend)])
    heads = ["check", "looks at", "weight", "since ruleset", "mend"]
    return "\n\n".join(f"## {track.capitalize()}\n\n{table(heads, rows)}" for track, rows in groups.items())


def deadline_kinds() -> str:
    """Deadlines and what their handler does when they are due."""
    handlers = {kind: deadlines.find_handler(kind) for kind in deadlines.all_kinds()}
    rows = [
        [f"`{kind}`", _first_sentence(handler.__doc__ or "")]
        for kind, handler in handlers.items()
        if handler.__module__.startswith("fondaco.")  # tests register kinds of their own
    ]
    return table(["kind", "when it is due"], rows)


def mails() -> str:
    """Every kind of mail: what it is called, when it is sent, who gets it."""
    heads = ["mail", "subject", "is sent when", "to"]
    return table(heads, [[f"`{mail.name}`", mail.subject, mail.when, mail.to] for mail in letters.kinds()])


def commands() -> str:
    """Every command with its help and options."""
    root = typer.main.get_command(command_line.app)
    return "\n\n".join(_command(root, "fondaco"))


def _command(command: Any, path: str) -> Iterator[str]:  # the type is private to typer
    if isinstance(command, typer.core.TyperGroup):
        for name in sorted(command.commands):
            yield from _command(command.commands[name], f"{path} {name}")
        return
    context = typer.Context(command, info_name=path)
    usage = command.get_usage(context).removeprefix("Usage: ").strip()
    parts = [f"## `{path}`", f"    {usage}", (command.help or "").strip()]
    options = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    rows = [[f"`{names}`", meaning] for names, meaning in options]
    if rows:
        parts.append(table(["option", "means"], rows))
    yield "\n\n".join(part for part in parts if part)


def operations() -> str:
    """Every operation of the management API, grouped as in its OpenAPI document."""
    groups: dict[str, list[list[str]]] = {}
    for path, methods in find_management_api().get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            group = (operation.get("tags") or ["other"])[0]
            summary = _first_sentence(operation.get("description") or operation.get("summary") or "")
            groups.setdefault(group, []).append([f"`{method.upper()} {path}`", summary])
    return "\n\n".join(f"## {name}\n\n{table(['operation', 'does'], rows)}" for name, rows in sorted(groups.items()))


def find_management_api() -> NinjaAPI:
    """The one NinjaAPI of ``surfaces.api``."""
    for module in walk_packages(management.__path__, f"{management.__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, NinjaAPI):
                return value
    raise LookupError("surfaces.api holds no NinjaAPI")


def _first_sentence(text: str) -> str:
    return " ".join(text.strip().split("\n\n")[0].split())
