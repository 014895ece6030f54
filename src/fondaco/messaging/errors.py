"""Refusals of the messaging domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict, DomainError, NotFound


class UnknownKey(NotFound):
    code = "signature-key-not-found"
    message = _("There is no signature key with this id, or it was retired more than 30 days ago.")


class ClaimOver(DomainError):
    """Used, past its seven days, or for credentials that are dead. Nothing more is said."""

    code = "claim-over"
    status = 410
    message = _(
        "These credentials were fetched already, or the link is over. They are not kept here. If it was not you who "
        "fetched them, tell the platform's support: they can replace them at once."
    )


class TwoSecrets(Conflict):
    code = "two-webhook-secrets"
    message = _(
        "This app has two secrets in use already, and both were kept. End the older one when your program knows the "
        "newer, or wait until its week is over; then make another."
    )


class OnlySecret(Conflict):
    code = "newest-webhook-secret"
    message = _(
        "This is the newest secret of the app, so it was kept: every event is signed with it. Make a new one, and this "
        "one can be ended at once."
    )


class KeyTooYoung(Conflict):
    code = "signing-key-too-young"
    message = _(
        "This key is less than an hour old, so it was not replaced: programs may keep the list of keys that long, and "
        "would not know the next one. Wait, then rotate again."
    )


class NothingToReplay(DomainError):
    """``skipped`` names the events and why each is not sent."""

    code = "nothing-to-replay"
    status = 409
    shown = ("skipped",)
    message = _(
        "None of these events can be sent again. Nothing was sent. Credentials are not kept after their delivery: ask "
        "for new ones. What a dropped change proposed is not sent any more either."
    )


class CannotReplay(DomainError):
    code = "cannot-replay"
    status = 409
    message = _(
        "This event cannot be sent again, and was not. Either its credentials are not kept any more: ask for new ones. "
        "Or what it proposes was dropped: the installation's full state says what is in force."
    )


class NoCallbackAddress(DomainError):
    code = "no-callback-address"
    status = 409
    message = _(
        "Version %(version)s has no address for events yet. Nothing was sent. Fill it in with the technical content."
    )
