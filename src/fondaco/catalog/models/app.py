"""An app as such: what stays the same from version to version."""

from __future__ import annotations

from django.db import models

from fondaco.catalog.models.revised import Revised
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.partners.models import Partner


class Category(models.Model):
    """A shelf of the marketplace; operators edit the list."""

    slug = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(max_length=60)
    icon = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class App(Revised):
    """A partner's app. ``icon`` is a key in the file storage (a square PNG that we encoded ourselves)."""

    id = IdField()
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="apps")
    name = models.CharField(max_length=50, unique=True)
    slug = models.SlugField(max_length=50, unique=True)
    icon = models.CharField(max_length=120)
    icon_digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the file as it was uploaded
    app_type = models.CharField(max_length=10, default="standalone")
    website = models.URLField(max_length=300, blank=True)
    technical_email = models.EmailField(blank=True)
    support_email = models.EmailField(blank=True)
    billing_email = models.EmailField(blank=True)
    security_email = models.EmailField(blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)  # for good: no new versions, nobody has it any more
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.name

    @property
    def is_retired(self) -> bool:
        """Whether it is over: its name stays taken and its history readable, nothing of it can be changed."""
        return self.retired_at is not None

    @property
    def icon_url(self) -> str:
        """Where the icon is served from."""
        return f"/media/{self.icon}"
