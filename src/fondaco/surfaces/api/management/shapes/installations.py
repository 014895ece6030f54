"""What can be ordered, what is installed, and what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from fondaco.audit.models import Event
from fondaco.installs.changes import Quote
from fondaco.installs.models import Installation, Operation
from fondaco.installs.queries import InstalledApp, PurchaseSummary
from fondaco.messaging.models import Delivery, LogoutDelivery, Try
from fondaco.surfaces.api.management.shapes.auto_install import AutoInstallBody
from fondaco.surfaces.api.management.shapes.fields import Body, Line, Shape, ShortId, Slug, WireId
from fondaco.surfaces.api.management.shapes.offers import PlanShape, ScreenshotShape

LinkToken = Annotated[str, Field(max_length=100, pattern="^[A-Za-z0-9_-]*$")]


class ConsentBody(Body):
    """What the admin agrees to: the scopes and the words of the offer, unchanged."""

    scopes: list[str]
    text: str


class InstallBody(Body):
    """An order on the account's behalf. ``version_id`` orders another version than the published one.

    ``t`` is the secret of that version's installation link, for who came with one. ``auto_install`` lets others follow.
    """

    app: Slug
    version_id: WireId | None = None
    t: LinkToken = ""
    plan_id: WireId
    user_ids: list[ShortId]
    consent: ConsentBody
    auto_install: AutoInstallBody | None = None


class SettingsBody(Body):
    """What is to be different; what is left out stays as it is. ``mark`` is a quote's, to change just what was seen."""

    plan_id: WireId | None = None
    user_ids: list[ShortId] | None = None
    total_licences: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    auto_install: AutoInstallBody | None = None
    mark: Line = ""


class PriceShape(Shape):
    """What an app costs in a month at list prices; amounts in minor units."""

    plan: str
    total_licences: int
    monthly_minor: int
    currency: str

    @classmethod
    def of(cls, summary: PurchaseSummary) -> PriceShape:
        total = summary.monthly_total
        return cls(
            plan=summary.plan, total_licences=summary.licences, monthly_minor=total.minor, currency=total.currency
        )


class QuoteShape(Shape):
    """What a change comes to. ``unable`` would get a licence and have a role that may not open apps.

    ``most`` is what rules may bring it to by themselves; null when they buy nothing more.
    """

    now: PriceShape
    then: PriceShape
    most: PriceShape | None
    added_minor: int
    adding: list[str]
    removing: list[str]
    unable: list[str]
    mark: str

    @classmethod
    def of(cls, quote: Quote) -> QuoteShape:
        return cls(
            now=PriceShape.of(quote.now),
            then=PriceShape.of(quote.then),
            most=PriceShape.of(quote.most) if quote.most else None,
            added_minor=quote.added.minor,
            adding=[user.pk for user in quote.adding],
            removing=[user.pk for user in quote.removing],
            unable=[user.pk for user in quote.unable],
            mark=quote.mark,
        )


class UninstallBody(Body):
    """Why the app goes."""

    reason_type: Literal["not_needed", "too_expensive", "missing_features", "technical_issues", "trial_only", "other"]
    reason: str = ""


class ForceBody(Body):
    """A word about why it cannot wait."""

    reason: str = ""


class PermissionShape(Shape):
    """One thing that the app may see or do, what of it is ``reads``, and why its maker says it needs that."""

    scope: str
    consent: str
    reads: str
    reason: str


class CardShape(Shape):
    """A listing as search shows it."""

    app: str
    name: str
    company: str
    summary: str
    icon_url: str
    categories: list[str]
    has_trial: bool


class ListingPageShape(CardShape):
    """All that a listing shows."""

    version_id: str
    version: str
    description: str
    screenshots: list[ScreenshotShape]
    video_url: str
    permissions: list[PermissionShape]
    plans: list[PlanShape]
    trial_days: int
    is_manually_provisioned: bool
    support_url: str
    support_email: str
    docs_url: str
    privacy_url: str
    terms_url: str
    published_at: datetime | None


class OfferShape(Shape):
    """What this account may order of an app. ``why_not`` says why it cannot, in words; null when it can."""

    app: str
    version_id: str
    version: str
    plans: list[PlanShape]
    scopes: list[str]
    consent_text: str
    installation_id: str | None
    why_not: str | None


class InstallationShape(Shape):
    """An installed app as the caller sees it. ``why_not_launch`` is null when they can open it.

    ``newer_version`` is the name of the one that they could move it to.
    """

    id: str
    app_id: str
    app: str
    version_id: str
    version: str
    plan_id: str
    plan: str
    status: str
    reason: str
    total_licences: int
    cut_off_reason: str | None
    badges: list[str]
    can_manage: bool
    why_not_launch: str | None
    trial_days_left: int | None
    newer_version: str | None
    created_at: datetime

    @classmethod
    def of(cls, shown: InstalledApp) -> InstallationShape:
        return cls(
            **_facts(shown.installation),
            badges=[badge.value for badge in shown.badges],
            can_manage=shown.can_manage,
            why_not_launch=None if shown.why_not_launch is None else str(shown.why_not_launch),
            trial_days_left=shown.trial_days_left,
            newer_version=shown.newer_version,
        )


class SupportInstallationShape(Shape):
    """An installation as the operator's support sees it."""

    id: str
    app_id: str
    app: str
    version_id: str
    version: str
    plan_id: str
    plan: str
    status: str
    reason: str
    total_licences: int
    cut_off_reason: str | None
    created_at: datetime

    @classmethod
    def of(cls, installation: Installation) -> SupportInstallationShape:
        return cls(**_facts(installation))


class OperationShape(Shape):
    """A change that the app's program answers. ``answer`` is what it said."""

    id: str
    installation_id: str
    kind: str
    status: str
    reason_type: str
    reason: str
    answer: str
    requested_by: str | None
    answer_due_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, operation: Operation) -> OperationShape:
        return cls(
            id=operation.pk.hex,
            installation_id=operation.installation_id.hex,
            kind=operation.kind,
            status=operation.status,
            reason_type=operation.reason_type,
            reason=operation.reason,
            answer=operation.answer,
            requested_by=operation.requested_by.person.name if operation.requested_by else None,
            answer_due_at=operation.answer_due_at,
            created_at=operation.created_at,
        )


class AttemptShape(Shape):
    """One try to reach the app's program. ``error`` is empty when it answered."""

    started_at: datetime
    duration_ms: int
    response_status: int | None
    error: str

    @classmethod
    def of(cls, attempt: Try) -> AttemptShape:
        return cls(
            started_at=attempt.started_at,
            duration_ms=attempt.duration_ms,
            response_status=attempt.response_status,
            error=attempt.error,
        )


class DeliveryShape(Shape):
    """An event that was sent to the app's program, and every try."""

    event_id: str
    sequence: int
    type: str
    status: str
    next_attempt_at: datetime | None
    attempts: list[AttemptShape]

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryShape:
        return cls(
            event_id=delivery.message_id.hex,
            sequence=delivery.sequence,
            type=delivery.message.type,
            status=delivery.status,
            next_attempt_at=delivery.next_attempt_at,
            attempts=[AttemptShape.of(attempt) for attempt in delivery.attempts.all()],
        )


class LogoutDeliveryShape(Shape):
    """A logout token for the app's program, and every try: who left, and of which session."""

    id: str
    user_id: str
    session_id: str
    ended_at: datetime
    status: str
    next_attempt_at: datetime | None
    attempts: list[AttemptShape]

    @classmethod
    def of(cls, delivery: LogoutDelivery) -> LogoutDeliveryShape:
        return cls(
            id=delivery.pk.hex,
            user_id=delivery.user_id,
            session_id=delivery.login_session_id.hex,
            ended_at=delivery.ended_at,
            status=delivery.status,
            next_attempt_at=delivery.next_attempt_at,
            attempts=[AttemptShape.of(attempt) for attempt in delivery.attempts.all()],
        )


class LaunchShape(Shape):
    """Where to send the user's browser."""

    url: str


class EventShape(Shape):
    """A fact of the audit trail."""

    id: str
    kind: str
    occurred_at: datetime
    actor_kind: str
    actor: str
    subject_type: str
    subject_id: str
    account_id: str | None
    partner_id: str | None
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> EventShape:
        return cls(
            id=event.pk.hex,
            kind=event.kind,
            occurred_at=event.occurred_at,
            actor_kind=event.actor_kind,
            actor=event.actor_label,
            subject_type=event.subject_type,
            subject_id=event.subject_id,
            account_id=event.account_id or None,
            partner_id=event.partner_id.hex if event.partner_id else None,
            data=event.data,
        )


def _facts(installation: Installation) -> dict[str, Any]:
    return {
        "id": installation.pk.hex,
        "app_id": installation.app_id.hex,
        "app": installation.app.name,
        "version_id": installation.version_id.hex,
        "version": installation.version.name,
        "plan_id": installation.plan_id.hex,
        "plan": installation.plan.name,
        "status": installation.status,
        "reason": installation.reason,
        "total_licences": installation.total_licences,
        "cut_off_reason": installation.cut_off_reason,
        "created_at": installation.created_at,
    }
