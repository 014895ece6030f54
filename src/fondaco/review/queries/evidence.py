"""Evidence for what the marketplace asks of every app (FAQ 11), read from what really happened. Nobody ticks it.

A private installation is one of this very version in a sandbox account: the partner's developer account, or a test
account. What happened in any of them counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import CharField, Exists, Func, OuterRef, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.audit.models import Event
from fondaco.catalog.models import Plan, Version
from fondaco.catalog.scopes import SCOPES
from fondaco.identity.models import CredentialSet, TokenFamily
from fondaco.installs import events as installs_events
from fondaco.installs.models import Installation, Operation, Trial
from fondaco.installs.states import OperationKind, OperationStatus

Words = str | Promise


class State(StrEnum):
    DONE = "done"
    MISSING = "missing"
    LATER = "later"  # this platform cannot do it yet, so nobody is asked for it


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that must have happened. ``todo`` says how it comes about."""

    id: str
    title: Words
    state: State
    todo: Words


@dataclass(frozen=True, slots=True)
class Requirement:
    """One of the four, with its steps."""

    id: str
    title: Words
    steps: tuple[Step, ...]

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing that can be done."""
        return all(step.state != State.MISSING for step in self.steps)

    @property
    def missing(self) -> list[Step]:
        """What is still to do."""
        return [step for step in self.steps if step.state == State.MISSING]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What happened in any private installation of a version."""

    approved: bool = False
    tried: bool = False
    launched: bool = False
    updated: bool = False
    uninstalled: bool = False
    used_api: bool = False
    signed_in: bool = False


def list_evidence(version: Version) -> list[Requirement]:
    """The four requirements and how far they are shown to be met; two queries. Contents are loaded with ``version``."""
    seen, plans = _look(version), list(version.plans.all())
    return [_installs(seen, plans), _reads_data(version, seen), _signs_in(version, seen), _is_paid_as_used(plans)]


def _installs(seen: _Seen, plans: list[Plan]) -> Requirement:
    install = _("Press “Install version” in your developer account, choose the trial, and let your program approve it.")
    return Requirement(
        "installation",
        _("Installs by one click, sets people up by itself, and can be tried for 30 days"),
        (
            Step("trial-plan", _("The version has its free trial"), _state(any(plan.is_trial for plan in plans)),
                 _("Begin the version anew: every version has a trial from the start.")),
            Step("approved", _("A private installation was approved by your program"), _state(seen.approved), install),
            Step("tried", _("It was installed on the trial"), _state(seen.tried), install),
            Step("launched", _("It was launched"), _state(seen.launched),
                 _("Open the app from My Apps of your developer account.")),
            Step("updated", _("A change of its users or plan was approved"), _state(seen.updated),
                 _("Change its users or its plan in My Apps of your developer account, and let your program agree.")),
            Step("uninstalled", _("Its removal was acknowledged"), _state(seen.uninstalled),
                 _("Uninstall it again in your developer account, and let your program acknowledge it.")),
        ),
    )  # fmt: skip


def _reads_data(version: Version, seen: _Seen) -> Requirement:
    asks = [name for name in version.technical.scopes if name in SCOPES and not SCOPES[name].implicit]
    return Requirement(
        "data",
        _("Works with the account's data through the APIs"),
        (
            Step("scopes", _("The version asks for data of the account"), _state(bool(asks)),
                 _("Choose the scopes that your app works with.")),
            Step("tokens", _("Your program used the credentials of a private installation"), _state(seen.used_api),
                 _("Install it in your developer account and let your program fetch a token and read what it needs.")),
        ),
    )  # fmt: skip


def _signs_in(version: Version, seen: _Seen) -> Requirement:
    technical = version.technical
    hears = technical.receives_user_logout or bool(technical.backchannel_logout_url)
    return Requirement(
        "sign-on",
        _("Signs people in from the platform, and out with it"),
        (
            Step("redirects", _("The version has a standalone URL and a redirect address"),
                 _state(bool(technical.standalone_url and technical.redirect_urls)),
                 _("Give both on the technical page.")),
            Step("signed-in", _("Somebody was signed in to a private installation"), _state(seen.signed_in),
                 _("Open the app from My Apps, and let your program exchange the code that it gets for tokens.")),
            Step("sign-out", _("The app hears of sign-outs"), _state(hears),
                 _("Switch “Hears of sign-outs” on, or give a back-channel logout URL.")),
        ),
    )  # fmt: skip


def _is_paid_as_used(plans: list[Plan]) -> Requirement:
    paid = [plan for plan in plans if not plan.is_trial and (plan.price_minor or plan.meter_unit)]
    steps = [
        Step("paid-plan", _("There is a plan that customers pay by month, per seat or account, or by use"),
             _state(bool(paid)), _("Add a paid plan.")),
    ]  # fmt: skip
    if any(plan.meter_unit for plan in paid):
        steps.append(
            Step("usage", _("Usage was reported"), State.LATER,
                 _("Usage cannot be reported on this platform yet; nothing is asked of you."))
        )  # fmt: skip
    return Requirement("billing", _("Is paid as you go"), tuple(steps))


def _state(is_done: bool) -> State:
    return State.DONE if is_done else State.MISSING


def _look(version: Version) -> _Seen:
    operations = Operation.objects.filter(installation=OuterRef("pk"), status=OperationStatus.APPROVED)
    wire_id = Func(Cast("pk", CharField()), Value("-"), Value(""), function="replace")
    launches = Event.objects.filter(
        kind=installs_events.INSTALLATION_LAUNCHED.name, subject_type="installation", subject_id=OuterRef("wire_id")
    )
    uses = CredentialSet.objects.filter(client=OuterRef("client"), last_used_at__isnull=False)
    sign_ins = TokenFamily.objects.filter(client=OuterRef("client"), code__used_at__isnull=False)
    rows = (
        Installation.objects.filter(version=version, account__is_sandbox=True)
        .annotate(wire_id=wire_id)
        .values(
            approved=Exists(operations.filter(kind=OperationKind.INSTALL)),
            tried=Exists(Trial.objects.filter(installation=OuterRef("pk"), started_at__isnull=False)),
            launched=Exists(launches),
            updated=Exists(operations.filter(kind__in=[OperationKind.UPDATE, OperationKind.UPGRADE])),
            uninstalled=Exists(operations.filter(kind=OperationKind.UNINSTALL)),
            used_api=Exists(uses),
            signed_in=Exists(sign_ins),
        )
    )
    found: Sequence[Mapping[str, object]] = list(rows)
    return _Seen(**{name: any(row[name] for row in found) for name in _Seen.__slots__})
