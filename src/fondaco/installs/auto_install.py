"""Auto-install rules: whom they fit, what is wrong with some, and who gets a licence when not all can. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from django.utils.translation import gettext as _

from fondaco.accounts.models import Role
from fondaco.catalog.models import Plan
from fondaco.installs.snapshots import Rule

T = TypeVar("T")
MOST_RULES: Final = 50


class Filter(StrEnum):
    """The wire's words (DOMAIN 2.3). ``role`` matches a role's key or name, ``roleid`` its wire id."""

    ALL = "all"
    ROLE = "role"
    ROLE_ID = "roleid"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class AutoInstall:
    """Who gets a licence without being picked, and up to how many people with one (``cap``)."""

    rules: tuple[Rule, ...] = ()
    cap: int | None = None

    @property
    def admits_anybody(self) -> bool:
        """Whether some rule lets people in."""
        return any(rule["filter"] != Filter.NONE for rule in self.rules)

    def as_json(self) -> dict[str, object]:
        """What is kept with the consent; empty when there are no rules."""
        return {"auto_install": list(self.rules), "auto_install_cap": self.cap} if self.rules else {}

    def fits(self, role: Role) -> bool:
        """Whether who newly has ``role`` gets a licence."""
        return any(_fits(rule, role) for rule in self.rules)

    def describe(self, roles: Iterable[Role]) -> str:
        """Who gets a licence by themselves, in words for people of the account that has these roles."""
        if not self.admits_anybody:
            return _("Nobody gets it by itself.")
        if named := roles_of(self.rules, roles):
            return _("Who gets a role: %(roles)s") % {"roles": ", ".join(role.name for role in named)}
        if self.rules[0]["filter"] == Filter.ALL:
            return _("Everybody who joins the account")
        return _("Roles that this account no longer has")


NOBODY: Final = AutoInstall()


def find_rule_problems(auto: AutoInstall, roles: Collection[Role], plan: Plan) -> dict[str, list[str]]:
    """What is wrong with the rules of an account with these roles, in plain words, by field."""
    found: dict[str, list[str]] = {"rules": _find_misfits(auto.rules, roles), "cap": []}
    if auto.admits_anybody and auto.cap is None:
        found["cap"].append(_("Say how many people may come to have a licence by themselves."))
    if not auto.admits_anybody and auto.cap is not None:
        found["cap"].append(_("Nobody gets a licence by itself, so there is nothing to cap."))
    if auto.cap is not None and plan.max_licences is not None and auto.cap > plan.max_licences:
        limit = {"plan": plan.name, "count": plan.max_licences}
        found["cap"].append(_("The plan %(plan)s allows at most %(count)d.") % limit)
    return found


def least(*limits: int | None) -> int | None:
    """The lowest of the limits that there are."""
    return min((limit for limit in limits if limit is not None), default=None)


def share_out(waiting: Sequence[T], *, held: int, limit: int | None) -> tuple[list[T], list[T]]:
    """Who gets a licence while ``held`` people have one, and whom the limit stops; who came first goes first."""
    room = len(waiting) if limit is None else max(0, limit - held)
    return list(waiting[:room]), list(waiting[room:])


def roles_of(rules: Iterable[Rule], roles: Iterable[Role]) -> list[Role]:
    """Those of the roles that rules about roles name."""
    about_roles = [rule for rule in rules if rule["filter"] in {Filter.ROLE, Filter.ROLE_ID}]
    return [role for role in roles if any(_fits(rule, role) for rule in about_roles)]


def rule_for(role: Role) -> Rule:
    """The rule about one role: by its key if it is one that every account has, else by its id."""
    if role.key:
        return {"filter": Filter.ROLE.value, "match": role.key}
    return {"filter": Filter.ROLE_ID.value, "match": role.pk.hex}


def _fits(rule: Rule, role: Role) -> bool:
    match rule["filter"]:
        case Filter.ALL:
            return True
        case Filter.ROLE:
            return rule["match"].casefold() in {role.name.casefold(), role.key or role.name.casefold()}
        case Filter.ROLE_ID:
            return rule["match"] == role.pk.hex
    return False


def _find_misfits(rules: Sequence[Rule], roles: Collection[Role]) -> list[str]:
    problems = []
    filters = [rule["filter"] for rule in rules]
    if any(name not in set(Filter) for name in filters):
        problems.append(_("A rule is all, role, roleid or none."))
    if len(rules) > 1 and {Filter.ALL, Filter.NONE} & set(filters):
        problems.append(_("“all” and “none” stand alone."))
    if len({(rule["filter"], rule["match"]) for rule in rules}) != len(rules):
        problems.append(_("A rule is there twice."))
    if len(rules) > MOST_RULES:
        problems.append(_("There are too many rules."))
    for rule in rules:
        is_about_role = rule["filter"] in {Filter.ROLE, Filter.ROLE_ID}
        if is_about_role and not any(_fits(rule, role) for role in roles):
            problems.append(_("This account has no role “%(role)s”.") % {"role": rule["match"][:40]})
        if not is_about_role and rule["match"]:
            problems.append(_("“all” and “none” match nothing in particular."))
    return problems
