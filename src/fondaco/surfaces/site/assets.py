"""Where static files come from: hashed and compressed names in production, plain ones in development."""

from __future__ import annotations

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PlainStorage(StaticFilesStorage):
    """Files under their own names; a change is seen at the next reload."""


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Files under names that change with their content, so that browsers may keep them for a year."""


StaticStorage: type[StaticFilesStorage] = PlainStorage if settings.DEVELOPMENT else HashedStorage
