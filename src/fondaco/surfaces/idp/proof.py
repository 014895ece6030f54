"""When the person in front of a browser last proved who they are, and whether they did since an app asked for it.

django-allauth notes each proof (password, second factor, passkey) in the browser's session. An app asks for a new one
with ``prompt=login`` or ``max_age`` (OpenID Connect Core §3.1.2.1); nobody is signed out for it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from fondaco.identity.models import LoginSession
from fondaco.surfaces.site.viewer import HouseRequest

_ASKED: Final = "asked_for_proof"  # session key: [digest of the request, seconds of the proof that did not do]
_NEVER: Final = datetime.fromtimestamp(0, UTC)


def last_proof(request: HttpRequest, session: LoginSession | None) -> datetime:
    """The latest proof in this browser; long ago when nobody is signed in."""
    if session is None:
        return _NEVER
    moments = [datetime.fromtimestamp(each["at"], UTC) for each in get_authentication_records(request, request.user)]
    return max([session.started_at, *moments])


def can_be_given(request: HouseRequest) -> bool:
    """Whether there is anything that the person could prove themselves with here. In a session that a company's
    provider opened there is not: the pages that ask belong to the person's own login."""
    return not request.viewer.bound_to and bool(get_adapter().get_reauthentication_methods(request.user))


def remember_asking(request: HttpRequest, proved_at: datetime) -> None:
    """Notes that the person was asked for a proof newer than this one, on behalf of this very request."""
    request.session[_ASKED] = [_digest(request), proved_at.timestamp()]


def was_given(request: HttpRequest, proved_at: datetime) -> bool:
    """Whether the person was asked on behalf of this request, and has proved themselves since."""
    digest, before = request.session.get(_ASKED, ["", 0.0])
    return bool(digest == _digest(request) and proved_at.timestamp() > before)


def forget_asking(request: HttpRequest) -> None:
    """The request was granted; when it comes again, the person is asked again."""
    request.session.pop(_ASKED, None)


def _digest(request: HttpRequest) -> str:
    return hashlib.sha256(request.META.get("QUERY_STRING", "").encode()).hexdigest()
