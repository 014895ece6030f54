"""The shelves of the marketplace (DOMAIN 7.1)."""

from __future__ import annotations

from typing import Final

from fondaco.catalog.models import Category

_DEFAULTS: Final = (
    ("workforce-management", "Workforce Management", "calendar"),
    ("quality-analytics", "Quality & Analytics", "chart-bar"),
    ("crm-helpdesk", "CRM & Helpdesk", "address-book"),
    ("messaging-collaboration", "Messaging & Collaboration", "messages"),
    ("ai-automation", "AI & Automation", "sparkles"),
    ("payments-security", "Payments & Security", "shield-lock"),
    ("gamification-coaching", "Gamification & Coaching", "trophy"),
    ("reporting", "Reporting", "report-analytics"),
    ("other", "Other", "apps"),
)


def ensure_defaults() -> int:
    """Creates the default categories where the slug is missing; what operators renamed stays. Returns how many."""
    known = set(Category.objects.values_list("slug", flat=True))
    missing = [
        Category(slug=slug, name=name, icon=icon, position=position)
        for position, (slug, name, icon) in enumerate(_DEFAULTS)
        if slug not in known
    ]
    Category.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
