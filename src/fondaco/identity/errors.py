"""Refusals of the identity domain. What the token endpoint says is RFC 6749's own vocabulary (``protocol``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.catalog.errors import RevisionConflict
from fondaco.kit.errors import Conflict, DomainError, Forbidden, Invalid


class TokenRefused(DomainError):
    """An access token that is not ours, not alive, or not for this API. Nothing more is said."""

    code = "token-refused"
    status = 401
    message = _("This token is unknown, expired or revoked. Nothing was done. Get a new one and try again.")


class InsufficientScope(Forbidden):
    """The token lives, but this needs a scope that it does not carry."""

    code = "insufficient-scope"
    message = _("This needs the scope %(scope)s, which the token does not carry. Nothing was done.")


class UnknownScope(Invalid):
    code = "unknown-scope"
    message = _("There is no scope called %(scope)s. Nothing was created.")


class RedirectNotAllowed(Invalid):
    code = "redirect-not-allowed"
    message = _(
        "%(address)s cannot be a redirect address: it must begin with https:// and have no fragment or password. "
        "Nothing was created."
    )


class LogoutUrlNotAllowed(Invalid):
    code = "logout-url-not-allowed"
    message = _("Logout tokens cannot be sent to %(address)s. Nothing was changed.")


class AlgorithmUnknown(Invalid):
    code = "algorithm-unknown"
    message = _("%(algorithm)s is none of the key algorithms that the protocol knows. Nothing was created.")


class ClientRevoked(Conflict):
    code = "client-revoked"
    message = _("Access of this program was revoked for good. Nothing was created.")


class ClientChanged(RevisionConflict):
    """The code of :class:`RevisionConflict`, for a page on which nothing was typed."""

    message = _(
        "%(name)s changed this client while you were looking at it. Nothing was done now. "
        "Look at what it is now, then try again."
    )


class TooManyClients(Conflict):
    code = "too-many-clients"
    message = _(
        "There are %(most)s OAuth clients already, as many as one account may have. Nothing was created. "
        "Delete one that nobody uses, then try again."
    )


class ClientIsPublic(Conflict):
    code = "client-is-public"
    message = _(
        "%(name)s runs where nothing stays secret, so it has neither a secret nor a key pair. Nothing was created. "
        "Make another client for a program on a server."
    )


class UnknownClient(DomainError):
    """Never answered with a redirect: nobody vouches for the address (RFC 6749 §4.1.2.1)."""

    code = "unknown-client"
    message = _(
        "The app that sent you here is not known to this account, or its access has ended. "
        "You were not signed in to it. Open the app again from My Apps; if that does not help, tell your administrator."
    )


class UnregisteredRedirect(DomainError):
    code = "unregistered-redirect"
    message = _(
        "The app that sent you here wants you to return to an address that it has not registered. "
        "You were not signed in to it. Tell the makers of the app."
    )


class NoSeat(Forbidden):
    """Signed in to the platform, but not as somebody of the account that the app belongs to."""

    code = "no-seat"
    message = _(
        "You are signed in as %(email)s, and that login does not belong to %(account)s. "
        "You were not signed in to the app. "
        "Sign in with the login that you have there, or ask an administrator of %(account)s for an invitation."
    )


class TokenNameMissing(Invalid):
    code = "token-name-missing"
    message = _("Give the token a name of 1 to 60 characters, so that you recognise it later. Nothing was created.")


class RotationUnderWay(Conflict):
    code = "rotation-under-way"
    message = _(
        "New credentials were sent already, and the old ones work until %(until)s. Nothing was changed. "
        "Acknowledge the new ones first, or ask again when that time is over."
    )


class NothingToAcknowledge(Conflict):
    code = "nothing-to-acknowledge"
    message = _(
        "These are not the newest credentials, or they were acknowledged before. Nothing was changed. "
        "Acknowledge the client id of the last event that carried credentials."
    )


class AlreadyCutOff(Conflict):
    code = "already-cut-off"
    message = _("This is cut off already. Nothing was changed.")
