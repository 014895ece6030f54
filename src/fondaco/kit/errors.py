"""Refusals. A surface turns each into its own kind of answer once; nothing below a surface knows HTTP.

``code`` is stable and listed in the reference; ``message`` says what happened, what was kept and what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

FieldErrors = Mapping[str, list[str]]


class DomainError(Exception):
    """A typed refusal. ``params`` fill the ``%(name)s`` places of the message; ``fields`` maps a field to its errors.

    ``status`` is a hint for surfaces (400, 403, 404, 409, 422, 429 or 503), never a rule for the domain. ``shown`` are
    the params that programs get beside the sentence, as values of JSON.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    shown: ClassVar[tuple[str, ...]] = ()
    message: str | Promise = _("This is not possible. Nothing was changed.")

    def __init__(
        self, message: str | Promise | None = None, *, fields: FieldErrors | None = None, **params: Any
    ) -> None:
        super().__init__(message, params)
        if message is not None:
            self.message = message
        self.fields: dict[str, list[str]] = {name: list(errors) for name, errors in (fields or {}).items()}
        self.params = params

    @property
    def members(self) -> dict[str, Any]:
        """What programs get beside the sentence, by name."""
        return {name: self.params[name] for name in self.shown if name in self.params}

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.params if self.params else text


class NotFound(DomainError):
    """The thing does not exist, or exists and is none of the asker's business: both look the same."""

    code = "not-found"
    status = 404
    message = _("We could not find this. It may have been removed, or it belongs to someone else.")


class Forbidden(DomainError):
    """The asker may know that the thing exists, but not do this with it."""

    code = "forbidden"
    status = 403
    message = _(
        "You may not do this. Nothing was changed. Ask an administrator of your organisation for the permission."
    )


class Conflict(DomainError):
    """The thing is in another state than the asker believes."""

    code = "conflict"
    status = 409
    message = _("This has changed in the meantime. Nothing was changed now. Reload the page and try again.")


class Invalid(DomainError):
    """What was sent cannot be accepted; ``fields`` says where and why."""

    code = "invalid"
    status = 422
    message = _("Some entries need your attention. Nothing was saved. Correct what is marked and send it again.")


class TooMany(DomainError):
    """Asked too often. ``retry_after`` is in whole seconds; ``wait`` says the same in words."""

    code = "too-many-requests"
    status = 429
    message = _("That was too often. Nothing was changed. Try again in %(wait)s.")

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        retry_after: int = 1,
        fields: FieldErrors | None = None,
        **params: Any,
    ) -> None:
        super().__init__(message, fields=fields, retry_after=retry_after, wait=_in_words(retry_after), **params)
        self.retry_after = retry_after


def _in_words(seconds: int) -> str:
    if seconds <= 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


class Unavailable(DomainError):
    """Something that this depends on does not answer; trying again later is right."""

    code = "unavailable"
    status = 503
    message = _("This does not work at the moment. Nothing was changed. Try again in a minute.")
