"""What a partner reads about its own apps. Another partner's things do not exist."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.models import Event
from fondaco.catalog import events
from fondaco.catalog.models import App, Plan, Screenshot, Version
from fondaco.catalog.queries.drafts import last_typed
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Member

_WITH_CONTENT = ("technical", "listing")
_OF_APP = (events.APP_RECEIVED.name, events.APP_RETIRED.name)


def list_apps(by: Member) -> QuerySet[App]:
    """The partner's apps by name, each with its versions (newest first) and both contents; two queries."""
    _check_may_look(by)
    versions = Version.objects.select_related(*_WITH_CONTENT).defer("listing__search").order_by("-id")
    return (
        App.objects.filter(partner_id=by.partner_id)
        .select_related("partner")
        .prefetch_related(Prefetch("versions", versions))
        .order_by("name")
    )


def list_partner_apps(by: Operator, partner_id: UUID) -> QuerySet[App]:
    """A partner's apps by name, for the platform's own staff.

    Each with ``newest_name``, ``newest_technical`` and ``newest_listing`` of its newest version, None without one.
    """
    check_operator_can(by, Permission.OPERATOR_VIEW)
    newest = Version.objects.filter(app_id=OuterRef("pk")).order_by("-id")
    facts = {"name": "name", "technical": "technical__status", "listing": "listing__status"}
    newest_facts = {f"newest_{fact}": Subquery(newest.values(column)[:1]) for fact, column in facts.items()}
    return App.objects.filter(partner_id=partner_id).annotate(**newest_facts).order_by("name")


def get_app(by: Member, app_id: str) -> App:
    """One of the partner's apps, by wire id."""
    found = parse_wire(app_id)
    app = list_apps(by).filter(pk=found).first() if found else None
    if app is None:
        raise NotFound
    return app


def get_version(by: Member, version_id: str, **asked: Subquery) -> Version:
    """One version of one of the partner's apps, by wire id, with app, partner and both contents.

    ``asked`` is annotated: what packages above know of a version, without a query more.
    """
    _check_may_look(by)
    found = parse_wire(version_id)
    version = (
        Version.objects.filter(pk=found, app__partner_id=by.partner_id)
        .select_related("app__partner", "planned_publication__planned_by__person", *_WITH_CONTENT)
        .annotate(**last_typed(by), **asked)
        .defer("listing__search")
        .first()
        if found
        else None
    )
    if version is None:
        raise NotFound
    return version


def get_versions(by: Member, app: App, *version_ids: str) -> list[Version]:
    """Versions of one app in the order asked for, with all that can be compared; four queries."""
    found = (
        Version.objects.filter(
            app__partner_id=by.partner_id, app=app, pk__in=filter(None, map(parse_wire, version_ids))
        )
        .select_related("app__partner", *_WITH_CONTENT)
        .defer("listing__search")
        .prefetch_related("plans", "listing__categories", "listing__screenshots")
    )
    versions = {version.pk.hex: version for version in found}
    if not versions.keys() >= set(version_ids):
        raise NotFound
    return [versions[version_id] for version_id in version_ids]


def predecessor(version: Version, versions: Iterable[Version]) -> Version:
    """What ``version`` is compared with when nobody says: the one customers had before, else the one begun before.

    ``versions`` are the app's, newest first. The first version of an app is compared with itself.
    """
    earlier = [other for other in versions if other.pk < version.pk]
    published = (other for other in earlier if other.is_published)
    return next(published, earlier[0] if earlier else version)


def get_plan(by: Member, plan_id: str) -> Plan:
    """One plan of one of the partner's versions, by wire id."""
    found = parse_wire(plan_id)
    plans = Plan.objects.select_related("version__app__partner", "version__technical", "version__listing")
    plan = plans.filter(pk=found, version__app__partner_id=by.partner_id).first() if found else None
    if plan is None:
        raise NotFound
    return plan


def get_screenshot(by: Member, screenshot_id: str) -> Screenshot:
    """One picture on one of the partner's listings, by wire id."""
    found = parse_wire(screenshot_id)
    screenshots = Screenshot.objects.select_related("listing__version__app__partner")
    screenshot = (
        screenshots.filter(pk=found, listing__version__app__partner_id=by.partner_id).first() if found else None
    )
    if screenshot is None:
        raise NotFound
    return screenshot


def newest_version(app: App) -> Version | None:
    """The version begun last, whatever its state."""
    return app.versions.select_related(*_WITH_CONTENT).order_by("-id").first()


def list_history(version: Version, *, by: Member | None = None, limit: int = 50) -> list[Event]:
    """What happened to a version and its contents, newest first. Whoever passes the version was let in to it.

    A partner (``by``) reads what happened in its own time: of an app that it took over, nothing of before.
    """
    kinds = ("version", "technicalcontent", "listingcontent")  # all three share the version's id
    found = Event.objects.filter(subject_type__in=kinds, subject_id=version.pk.hex)
    if by is not None:
        of_app = Event.objects.filter(subject_type="app", subject_id=version.app_id.hex, kind__in=_OF_APP)
        found = (found | of_app).filter(partner_id=by.partner_id)
    return list(found.order_by("-id")[:limit])


def list_app_events(app: App) -> QuerySet[Event]:
    """What happened to an app, its versions and their contents, newest first. Whoever passes the app was let in."""
    versions = [version.pk.hex for version in app.versions.all()]  # contents share their version's id
    kinds = ("app", "version", "technicalcontent", "listingcontent")
    found = Event.objects.filter(subject_type__in=kinds, subject_id__in=[app.pk.hex, *versions])
    return found.filter(partner_id=app.partner_id).order_by("-id")  # a partner reads of its own time


def _check_may_look(by: Member) -> None:
    if not by.can(Permission.PARTNER_VIEW):
        raise Forbidden
