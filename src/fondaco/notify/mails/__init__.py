"""Every mail there is, one module each (or one for a few that are told apart by a word)."""

from fondaco.notify.mails import (
    access_cut_off,
    credentials_rotated,
    email_change,
    installation,
    invitation,
    listing_advertised,
    partner_application_questioned,
    partner_application_rejected,
    partner_application_verified,
    partner_application_verify,
    personal_token,
    security,
    sign_in,
    submission_decided,
    submission_opened,
    version_deprecated,
)

__all__ = [
    "access_cut_off",
    "credentials_rotated",
    "email_change",
    "installation",
    "invitation",
    "listing_advertised",
    "partner_application_questioned",
    "partner_application_rejected",
    "partner_application_verified",
    "partner_application_verify",
    "personal_token",
    "security",
    "sign_in",
    "submission_decided",
    "submission_opened",
    "version_deprecated",
]
