"""Every mail there is, one module each (or one for a few that are told apart by a word)."""

from fondaco.notify.mails import (
    email_change,
    installation,
    invitation,
    listing_advertised,
    partner_application_questioned,
    partner_application_rejected,
    partner_application_verified,
    partner_application_verify,
    security,
    sign_in,
    submission_decided,
    submission_opened,
)

__all__ = [
    "email_change",
    "installation",
    "invitation",
    "listing_advertised",
    "partner_application_questioned",
    "partner_application_rejected",
    "partner_application_verified",
    "partner_application_verify",
    "security",
    "sign_in",
    "submission_decided",
    "submission_opened",
]
