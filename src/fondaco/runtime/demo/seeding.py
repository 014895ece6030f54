"""Seeds once. Killed in the middle it goes on where it was; what people change afterwards it leaves alone."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from fondaco.accounts.models import Operator
from fondaco.audit.models import Event
from fondaco.audit.recording import record
from fondaco.kit.errors import DomainError
from fondaco.runtime.demo import apps, clients, installations, lifecycle, oversight, people, reviews, tickets, upgrades
from fondaco.runtime.demo.people import ACTOR
from fondaco.runtime.events import DEMO_SEEDED


class NotInProduction(DomainError):
    """Demo people have well-known passwords, so they never come to a real deployment by accident."""

    code = "demo-in-production"
    message = "Demo data has public passwords and is only made in development. Nothing was written."


def seed(*, force: bool = False) -> bool:
    """Makes the demo data unless it was made before; returns whether it did."""
    if not (settings.DEVELOPMENT or force):
        raise NotInProduction
    if Event.objects.filter(kind=DEMO_SEEDED.name).exists():
        return False
    people.make_operators()
    people.make_partners()
    people.make_accounts()
    apps.make_apps()
    reviews.make_reviews()
    clients.make_clients()
    installations.make_installations()
    upgrades.make_upgrade()
    lifecycle.make_lifecycle()
    tickets.make_tickets()
    oversight.make_oversight()
    with transaction.atomic():
        record(DEMO_SEEDED, Operator.objects.get(person__email=people.OPERATOR), actor=ACTOR)
    return True
