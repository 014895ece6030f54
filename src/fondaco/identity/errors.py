"""Refusals of the identity domain. What the token endpoint says is RFC 6749's own vocabulary (``protocol``)."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from fondaco.catalog.errors import RevisionConflict
from fondaco.kit.errors import Conflict, DomainError, Forbidden, Invalid, TooMany


class TokenRefused(DomainError):
    """An access token that is not ours, not alive, or not for this API. Nothing more is said."""

    code = "token-refused"
    status = 401
    message = _("This token is unknown, expired or revoked. Nothing was done. Get a new one and try again.")


class TokenNotShown(TokenRefused):
    """No access token at all, where one is needed."""

    message = _("This needs an access token, in the header Authorization: Bearer and the token. Nothing was done.")


class TokenUnknown(Invalid):
    """A text that an operator takes for a token and that is none of ours; ``fields`` says what is known about it."""

    code = "token-unknown"
    message = _("This is no token of ours. Nothing was ended.")


class TokenDead(Conflict):
    code = "token-dead"
    message = _("This token is dead already. There is nothing to end, and nothing was changed.")


class InsufficientScope(Forbidden):
    """The token lives, but this needs a scope that it does not carry."""

    code = "insufficient-scope"
    message = _("This needs the scope %(scope)s, which the token does not carry. Nothing was done.")


class BeyondThePerson(InsufficientScope):
    """The token carries the scope, but the person whom it acts for may not do what it opens."""

    message = _(
        "The person behind this token may not do what the scope %(scope)s opens. Nothing was done. An administrator of "
        "their account can change their role; a token of the program itself (client credentials) needs nobody."
    )


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


class ClientDeleted(Conflict):
    code = "client-deleted"
    message = _("%(name)s was deleted by its partner a moment ago, and is dead. Nothing was changed.")


class ClientCutOff(Conflict):
    """No new ID while an operator keeps the client out: it would be dead, and stay so."""

    code = "client-cut-off"
    message = _("%(name)s is cut off by the platform: “%(reason)s” Nothing was made. Ask %(support)s about it.")


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


class ProgramNameTaken(Conflict):
    code = "program-name-taken"
    message = _("A program of the platform is already called “%(name)s”. Nothing was created. Choose another name.")


class NothingToAcknowledge(Conflict):
    code = "nothing-to-acknowledge"
    message = _(
        "These are not the newest credentials, or they were acknowledged before. Nothing was changed. "
        "Acknowledge the client id of the last event that carried credentials."
    )


class AlreadyCutOff(Conflict):
    code = "already-cut-off"
    message = _("This is cut off already. Nothing was changed.")


class PermissionUnknown(Invalid):
    code = "permission-unknown"
    message = _(
        "%(scope)s is no permission. No sign-in was begun. The page on which access tokens are made names them all."
    )


class TokenScopeUnknown(Invalid):
    code = "token-scope-unknown"
    message = _("%(scope)s is no permission that you have there. No token was made. Choose from those that you have.")


class TokenExpiryWrong(Invalid):
    code = "token-expiry-wrong"
    message = _("A token cannot end in the past, nor after the token it is made with. No token was made.")


class TooManyTokens(Conflict):
    code = "too-many-tokens"
    message = _(
        "You have %(most)d access tokens, which is as many as one person may have. No token was made. "
        "Revoke one that is not used any more, then try again."
    )


class TokenMade(Conflict):
    """The same form, sent again."""

    code = "token-made"
    message = _(
        "This form was sent before, and the token was made then; it is shown only once. No second one was made. "
        "If you do not have it, revoke it in the list and make another."
    )


class TokenLimited(Forbidden):
    """The token may do less than its owner, and this is not among it."""

    code = "token-limited"
    message = _(
        "This token is limited to certain permissions or to one place, and cannot do this. Nothing was done. "
        "Use a token without limits, or do it on the site."
    )


class NotAMachine(Forbidden):
    """An access token that works elsewhere."""

    code = "not-a-machine"
    message = _(
        "This access token is not for the management API. Nothing was done. Use a personal access token, or the token "
        "that a client of the portal gets for itself with one of the scopes partner-apps:read, partner-apps:write and "
        "partner-apps:publish."
    )


class NoSuchUserCode(Invalid):
    code = "no-such-user-code"
    message = _(
        "No program waits with this code. Nothing was approved. Compare it with the one in your terminal; "
        "codes live ten minutes, so it may be over: then start again there."
    )


class NothingToGrant(Conflict):
    code = "nothing-to-grant"
    message = _("You have none of the permissions that this program asks for, so there is nothing to approve.")


class DeviceUnknown(Invalid):
    code = "device-unknown"
    status = 400
    message = _("This device code is unknown, or it was used already. Start the sign-in again.")


class DevicePending(Conflict):
    code = "device-pending"
    status = 400
    message = _("Nobody has approved this device yet. Ask again in a few seconds.")


class DeviceTooFast(Conflict):
    code = "device-too-fast"
    status = 400
    message = _("The device asks too often. Wait five seconds more between two questions.")


class DeviceDenied(Conflict):
    code = "device-denied"
    status = 400
    message = _("The person refused this device, or may not approve it any more. Nothing was granted.")


class DeviceExpired(Conflict):
    code = "device-expired"
    status = 400
    message = _("Nobody approved this device within ten minutes. Start the sign-in again.")


class TooManyTries(TooMany):
    """Proving who one is failed too often from here. A wait, never a lock for good: strangers lock nobody out."""

    code = "too-many-tries"
    message = _(
        "This failed too often. Nothing was changed, and nobody is locked out for good: try again in %(wait)s. "
        "If you forgot your password, have a link mailed to you."
    )

    def __init__(self, wait: timedelta) -> None:
        super().__init__(retry_after=max(1, -(-wait // timedelta(seconds=1))))


class SecondFactorNeeded(Forbidden):
    """An operator or an owner of a partner who has nothing but a password."""

    code = "second-factor-needed"
    message = _(
        "Operators and owners of partners prove themselves by a second factor as well, and you have none yet. "
        "Nothing was done. Set up an authenticator app or a passkey in your settings, then try again."
    )


class LastFactor(Conflict):
    code = "last-factor"
    message = _(
        "Operators and owners of partners need a second factor, and this is your last one. It was kept. "
        "Add another one first, then remove this one."
    )


class FactorExists(Conflict):
    code = "factor-exists"
    message = _(
        "You have a second factor already. Nothing was changed. Sign in to the site to add or change one: "
        "a program may set up the first one only."
    )


class WrongCode(Invalid):
    code = "wrong-code"
    message = _(
        "This code is wrong, or it was used already. Nothing was changed. "
        "Wait for the next one; the clock of your device must be right."
    )


class WrongPassword(Invalid):
    code = "wrong-password"
    message = _("This is not your password. Nothing was changed. Type it again, or have a new one mailed to you.")


class SecretTooShort(Invalid):
    code = "secret-too-short"
    message = _("The secret must be at least 20 random bytes in base32. Nothing was changed. Make a longer one.")
