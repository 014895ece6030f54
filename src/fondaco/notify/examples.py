"""Every mail with example data, for whoever works on them: believable rows are written, and rolled back again."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from fondaco.notify.example_world import Cast, make_cast
from fondaco.notify.letters import Letter, Mail, kinds, write

_ABOUT_ANOTHER_THING: Final = (KeyError, ValueError, ObjectDoesNotExist)  # what composing about the wrong kind raises
# Mails whose example is not simply the first thing that they can be written about.
_ABOUT: Final = {
    "access_cut_off_customer": "was cut off",
    "access_restored_customer": "was let in again",
    "app_not_updated": "declined change",
    "app_not_upgraded": "declined upgrade",
    "app_transfer_accepted": "accepted transfer",
    "app_transfer_completed_giver": "completed transfer",
    "app_transfer_completed_receiver": "completed transfer",
    "app_transfer_declined": "declined transfer",
    "app_transfer_expired_giver": "expired transfer",
    "app_transfer_expired_receiver": "expired transfer",
    "app_transfer_offered": "offered transfer",
    "app_transfer_refused_giver": "refused transfer",
    "app_transfer_refused_receiver": "refused transfer",
    "app_transfer_to_confirm": "accepted transfer",
    "app_transfer_withdrawn": "withdrawn transfer",
    "app_updated": "made change",
    "app_upgraded": "made upgrade",
    "check_failing": "failing checks",
    "check_mended": "mended checks",
    "client_cut_off": "cutoff of a client",
    "client_restored": "cutoff of a client",
    "credentials_rotated": "got new credentials",
    "email_change_requested": "asked for another address",
    "email_changed": "has another address",
    "endpoint_failing": "failing endpoint",
    "endpoint_gone": "failing endpoint",
    "endpoint_paused": "failing endpoint",
    "endpoint_recovered": "failing endpoint",
    "endpoint_silent": "failing endpoint",
    "installation_failed": "declined installation",
    "licences_changed": "automatic change",
    "licences_not_changed": "declined automatic change",
    "licences_withheld": "installation at its limit",
    "personal_token_ended": "lost a token",
    "sample_drawn": "drawn sample",
    "sample_reported": "looked at sample",
    "security_changed": "has a new password",
    "sign_in_paused": "keeps failing",
    "signing_key_replaced": "partner with an address",
    "submission_answered": "answer in a review",
    "submission_messaged": "question of a review",
    "submission_questioned": "question of a review",
    "submission_second_needed": "half approved submission",
    "submission_taken": "taken submission",
    "test_account_accepted": "ended test",
    "test_account_declined": "declined test",
    "test_account_invited": "invited test",
    "test_account_left": "ended test",
    "test_account_removed": "removed test",
    "ticket_answered_customer": "answer in a ticket",
    "ticket_answered_partner": "answer in a ticket",
    "ticket_answered_team": "partner's answer in a ticket",
    "ticket_handed_over": "taken ticket",
    "ticket_opened": "opened ticket",
    "ticket_overdue": "unanswered ticket",
    "ticket_partner_involved": "answer in a ticket",
    "ticket_received": "opened ticket",
    "ticket_solved_customer": "solved ticket",
    "ticket_solved_partner": "solved ticket",
    "ticket_solved_team": "solved ticket",
    "trial_ended": "ended trial",
    "trial_ending": "running trial",
    "trial_extended": "running trial",
    "update_failed": "broken change",
    "update_mended": "mended change",
    "update_to_mend": "broken change",
    "upgrade_available": "older installation",
    "version_deprecated_customer": "installation",
    "version_deprecated_partner": "version",
    "version_go_live_failed": "failed version",
    "version_scheduled": "planned version",
    "version_unlisted": "unlisted version",
    "version_withheld": "withheld version",
}


def example_letters(*mails: Mail) -> dict[str, Letter | None]:
    """These mails, by default all, each about a thing of one example world; None where nothing there fits."""
    with transaction.atomic():
        cast = make_cast()
        letters = {mail.name: _write(mail, cast) for mail in mails or kinds()}
        transaction.set_rollback(True)
    return letters


def _write(mail: Mail, cast: Cast) -> Letter | None:
    about = _ABOUT.get(mail.name)
    for subject_id in [cast[about]] if about else cast.values():
        try:
            letter = write(mail, subject_id)
        except _ABOUT_ANOTHER_THING:
            continue
        if letter is not None:
            return letter
    return None
