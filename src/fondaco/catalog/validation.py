"""Rules for what partners type in (DOMAIN 5.2). Pure: each returns the cleaned value and fills ``FieldProblems``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Invalid
from fondaco.kit.outbound.addresses import BadUrl, check_url, literal_address

# Characters that no field needs and that databases, terminals or readers stumble over; line ends and tabs may stay.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_LINE_END = re.compile(r"\r\n?")
VERSION_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,29}")
SLUG: Final = re.compile(r"[a-z0-9]([a-z0-9-]{1,48})[a-z0-9]")
VIDEO_HOSTS: Final = frozenset(
    {"youtube.com", "www.youtube.com", "youtu.be", "vimeo.com", "player.vimeo.com", "www.loom.com"}
)
MAX_REDIRECTS: Final = 10
MAX_CATEGORIES: Final = 3


class FieldProblems:
    """Collects one error per field; ``raise_if_any`` turns them into one :class:`Invalid`."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def add(self, field: str, message: str | Promise) -> None:
        """Keeps the first error of a field; the next shows once that one is mended."""
        self.fields.setdefault(field, [str(message)])

    def raise_if_any(self) -> None:
        """Raises :class:`Invalid` with everything found."""
        if self.fields:
            raise Invalid(fields=self.fields)

    def text(self, field: str, value: object, *, most: int, least: int = 0, lines: bool = False) -> str:
        """A trimmed text of ``least`` to ``most`` characters; ``lines`` allows more than one line."""
        if not isinstance(value, str):
            self.add(field, _("This must be text."))
            return ""
        clean = _LINE_END.sub("\n", value).strip()
        if _CONTROL.search(clean) or (not lines and ("\n" in clean or "\t" in clean)):
            self.add(field, _("This contains characters that cannot be shown. Type it again without them."))
        elif len(clean) > most:
            self.add(
                field, _("Use at most %(most)d characters; these are %(count)d.") % {"most": most, "count": len(clean)}
            )
        elif len(clean) < least:
            self.add(
                field, _("Use at least %(least)d characters.") % {"least": least} if clean else _("This is required.")
            )
        else:
            return clean
        return ""

    def email(self, field: str, value: object) -> str:
        """An e-mail address, or nothing."""
        clean = self.text(field, value, most=254)
        if clean:
            try:
                validate_email(clean)
            except ValidationError:
                self.add(field, _("Write an e-mail address like support@company.example."))
                return ""
        return clean

    def url(self, field: str, value: object, *, most: int = 300) -> str:
        """An https address, or nothing. See :func:`problem_with_url`."""
        clean = self.text(field, value, most=most)
        if clean and (problem := problem_with_url(clean)):
            self.add(field, problem)
            return ""
        return clean

    def urls(self, field: str, values: Iterable[object]) -> list[str]:
        """At most ten different redirect addresses, each compared exactly as it is written."""
        clean: list[str] = []
        for value in values:
            address = self.text(field, value, most=500)
            if not address:
                continue
            if problem := problem_with_url(address):
                self.add(field, f"{address} — {problem}")
            elif address not in clean:
                clean.append(address)
        if len(clean) > MAX_REDIRECTS:
            self.add(field, _("Use at most %(most)d addresses.") % {"most": MAX_REDIRECTS})
        return clean

    def choices(self, field: str, values: Iterable[object], allowed: Iterable[str]) -> list[str]:
        """Each of ``values`` once; all must be in ``allowed``."""
        known = set(allowed)
        chosen = list(dict.fromkeys(str(value) for value in values))
        if unknown := [value for value in chosen if value not in known]:
            self.add(field, _("Unknown: %(values)s.") % {"values": ", ".join(unknown)[:200]})
        return [value for value in chosen if value in known]

    def choice(self, field: str, value: object, allowed: Iterable[str]) -> str:
        """``value`` when it is in ``allowed``, else an empty text."""
        return next(iter(self.choices(field, [value], allowed)), "")


def problem_with_url(address: str) -> str | Promise | None:
    """Why ``address`` cannot be used, or None.

    https only, without credentials and fragment; http is allowed for this very machine while the platform may call it.
    No network is touched: what the name resolves to is checked at each call.
    """
    if not address.isascii():
        return _("Write special characters in their encoded form.")
    try:
        check_url(address, allow_http=settings.OUTBOUND_ALLOW_LOOPBACK and _is_loopback(address))
    except BadUrl as error:
        return str(error)
    return None


def problem_with_video(address: str) -> Promise | None:
    """Why this cannot be a listing's video, or None."""
    if (urlsplit(address).hostname or "").lower() not in VIDEO_HOSTS:
        return _("Use a video on YouTube, Vimeo or Loom.")
    return None


def _is_loopback(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    literal = literal_address(host)
    return literal.is_loopback if literal else host == "localhost" or host.endswith(".localhost")
