"""What waits for whoever signs in again (``actions.kept_forms``)."""

from __future__ import annotations

from fondaco.identity.factors import browser_hash
from fondaco.identity.models import KeptForm
from fondaco.kit import clock


def find_kept_form(*, browser: str, page: str) -> KeptForm | None:
    """What this browser sent last from a form on ``page``, whoever it belongs to."""
    found = KeptForm.objects.filter(browser_hash=browser_hash(browser), page=page, expires_at__gt=clock.now())
    return found.select_related("person").order_by("-expires_at").first() if browser else None
