"""What is in view on the page that a ticket is opened from: read for the form, kept with the ticket, told in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.accounts.models import Operator, User
from fondaco.catalog.models import App, Version
from fondaco.catalog.queries import get_app, list_apps
from fondaco.installs.badges import LOOKS, Badge
from fondaco.installs.explaining import get_explainable_by_id
from fondaco.installs.labels import STATUSES
from fondaco.installs.models import Installation, Operation
from fondaco.installs.queries import (
    get_for_support,
    get_installation,
    get_of_partner,
    list_installations,
    list_operations,
)
from fondaco.installs.states import InstallationStatus, OperationKind, OperationStatus
from fondaco.kit import clock
from fondaco.messaging.actions import Outcome
from fondaco.messaging.logs import get_sent
from fondaco.messaging.models import Delivery
from fondaco.messaging.queries import list_changes_sent
from fondaco.messaging.states import DeliveryStatus
from fondaco.support.policies import Asker
from fondaco.support.states import Part

_LATEST: Final = 5  # deliveries
_INSTALLED: Final = {
    InstallationStatus.COMPLETED.value,
    InstallationStatus.PENDING.value,
    InstallationStatus.SUSPENDED.value,
}
_KINDS: Final[dict[str, Promise]] = {
    OperationKind.INSTALL.value: gettext_lazy("Installation"),
    OperationKind.UPDATE.value: gettext_lazy("Change of settings"),
    OperationKind.UPGRADE.value: gettext_lazy("Upgrade"),
    OperationKind.UNINSTALL.value: gettext_lazy("Removal"),
}
_ENDS: Final[dict[str, Promise]] = {
    OperationStatus.OPEN.value: gettext_lazy("waits for the partner"),
    OperationStatus.APPROVED.value: gettext_lazy("approved"),
    OperationStatus.REJECTED.value: gettext_lazy("declined"),
    OperationStatus.TIMED_OUT.value: gettext_lazy("not answered in time"),
    OperationStatus.FAILED.value: gettext_lazy("failed"),
    OperationStatus.SUPERSEDED.value: gettext_lazy("replaced by another"),
}
_SENT: Final[dict[str, Promise]] = {
    DeliveryStatus.PENDING.value: gettext_lazy("on its way"),
    DeliveryStatus.DELIVERED.value: gettext_lazy("delivered"),
    DeliveryStatus.FAILED.value: gettext_lazy("not delivered"),
}


@dataclass(frozen=True, slots=True)
class InView:
    """An app, and perhaps one installation of it, as who asks may see it.

    ``deliveries`` are the one that was looked at, if any, and then the latest first.
    """

    app: App
    installation: Installation | None = None
    operation: Operation | None = None
    coming: str = ""  # the name of the version that the operation leads to, when it is another
    deliveries: tuple[Delivery, ...] = ()
    badges: tuple[Badge, ...] = ()  # of an account's app, as the viewer sees them

    @property
    def parts(self) -> frozenset[Part]:
        """What there is to send along."""
        if self.installation is None:
            return frozenset()
        last_change = {Part.OPERATION} if self.operation else set()
        return frozenset({Part.VERSIONS, *last_change, *({Part.DELIVERIES} if self.deliveries else set())})

    def as_json(self, parts: Collection[Part]) -> dict[str, Any]:
        """What a ticket keeps of it: ``{part: …}`` for the wanted parts that there are."""
        told: dict[Part, Callable[[], Any]] = {
            Part.VERSIONS: self._tell_versions,
            Part.OPERATION: self._tell_operation,
            Part.DELIVERIES: self._tell_deliveries,
        }
        return {part.value: told[part]() for part in Part if part in parts and part in self.parts}

    def _tell_versions(self) -> dict[str, str]:
        assert self.installation is not None
        coming = {"coming": self.coming} if self.coming else {}
        broken = {"badge": Badge.FAILED_UPDATE.value} if self.installation.is_update_broken else {}
        return {"installed": self.installation.version.name, "status": self.installation.status, **broken, **coming}

    def _tell_operation(self) -> dict[str, str]:
        operation = self.operation
        assert operation is not None
        return {
            "id": operation.pk.hex,
            "kind": operation.kind,
            "status": operation.status,
            "asked_at": operation.created_at.isoformat(),
            "answer": operation.answer,
        }

    def _tell_deliveries(self) -> list[dict[str, Any]]:
        return [_tell(delivery) for delivery in self.deliveries]


def find_in_view(by: Asker, *, installation_id: str = "", app_id: str = "", event_id: str = "") -> InView | None:
    """What the ids name, if ``by`` may see it; None without ids. Anything else is :class:`NotFound`.

    The first that is given counts. An event is one that was sent to a program of the partner's; it is told first.

    Deliveries are for those who manage the account's apps, and for the app's partner.
    """
    if isinstance(by, User):
        if not installation_id:
            return InView(get_explainable_by_id(by, app_id)) if app_id else None
        item = get_installation(by, installation_id)
        return _look_at(item.installation, with_deliveries=item.can_manage, badges=item.badges)
    if installation_id:
        return _look_at(get_of_partner(by, installation_id), with_deliveries=True)
    if event_id:
        sent = get_sent(by, event_id)
        return _look_at(sent.installation, with_deliveries=True, first=sent)
    return InView(get_app(by, app_id)) if app_id else None


def look_at_installation(by: Operator, installation_id: str) -> InView:
    """Any installation as operators see it who answer tickets."""
    return _look_at(get_for_support(by, installation_id), with_deliveries=True)


def list_choices(by: Asker) -> list[tuple[str, str]]:
    """What a ticket can be about: of an account its installed apps, of a partner its apps, by wire id and name."""
    if isinstance(by, User):
        items = [item.installation for item in list_installations(by)]
        return [(one.pk.hex, one.app.name) for one in items]
    return [(app.pk.hex, app.name) for app in list_apps(by).prefetch_related(None)]


def describe(about: Mapping[str, Any]) -> dict[Part, list[str]]:
    """What a ticket keeps, in words and in the language of the reader; one line for each thing."""
    lines: dict[Part, Callable[[Any], list[str]]] = {
        Part.VERSIONS: _versions,
        Part.OPERATION: _operation,
        Part.DELIVERIES: _deliveries,
    }
    return {part: lines[part](about[part.value]) for part in Part if part.value in about}


def _look_at(
    installation: Installation, *, with_deliveries: bool, badges: tuple[Badge, ...] = (), first: Delivery | None = None
) -> InView:
    operation = list_operations(installation).first()
    deliveries = list(list_changes_sent(installation)[:_LATEST]) if with_deliveries else []
    if first is not None:
        deliveries = [first, *(each for each in deliveries if each != first)][:_LATEST]
    coming = _coming(installation, operation)
    return InView(installation.app, installation, operation, coming, tuple(deliveries), badges)


def _coming(installation: Installation, operation: Operation | None) -> str:
    wanted = operation.proposed.get("version", "") if operation else ""
    if not wanted or wanted == installation.version_id.hex:
        return ""
    return Version.objects.filter(pk=UUID(hex=wanted)).values_list("name", flat=True).first() or ""


def _tell(delivery: Delivery) -> dict[str, Any]:
    attempts = list(delivery.attempts.all())
    last = attempts[-1] if attempts else None
    return {
        "event_id": delivery.message_id.hex,
        "type": delivery.message.type,
        "status": delivery.status,
        "created_at": delivery.message.created_at.isoformat(),
        "tries": len(attempts),
        "response_status": last.response_status if last else None,
        "error": last.error if last else "",
    }


def _versions(kept: Mapping[str, str]) -> list[str]:
    badge = kept.get("badge")
    status = LOOKS[Badge(badge)].label if badge else STATUSES[InstallationStatus(kept["status"])]
    is_there = badge or kept["status"] in _INSTALLED
    words = (
        _("%(version)s is installed: %(status)s") if is_there else _("Version %(version)s, not installed: %(status)s")
    )
    lines = [words % {"version": kept["installed"], "status": status}]
    return [*lines, _("%(version)s is to come") % {"version": kept["coming"]}] if "coming" in kept else lines


def _operation(kept: Mapping[str, str]) -> list[str]:
    words = {"kind": _KINDS[kept["kind"]], "end": _ENDS[kept["status"]], "when": _moment(kept["asked_at"])}
    lines = [_("%(kind)s of %(when)s: %(end)s") % words]
    return [*lines, f"“{kept['answer']}”"] if kept["answer"] else lines


def _deliveries(kept: Collection[Mapping[str, Any]]) -> list[str]:
    lines = []
    for one in kept:
        words = {"type": one["type"], "when": _moment(one["created_at"]), "end": _SENT[one["status"]]}
        line = _("%(type)s of %(when)s: %(end)s") % words
        is_known = one["response_status"] is not None or one["error"]
        if one["status"] != DeliveryStatus.DELIVERED and is_known:
            outcome = Outcome(clock.now(), 0, response_status=one["response_status"], error=one["error"])
            line = f"{line}. {outcome.explanation}"
        lines.append(line)
    return lines


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"
