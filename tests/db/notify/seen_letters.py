"""Every kind of mail whose text a test reads: a new one has to be added here, and so be read."""

SEEN = [
    "access_cut_off_customer",
    "access_cut_off_partner",
    "access_restored_customer",
    "access_restored_partner",
    "app_not_updated",
    "app_not_upgraded",  # these, app_upgraded and upgrade_available: tests/db/installs/test_upgrading.py
    "app_retired",  # tests/db/notify/test_lifecycle_letters.py
    *(f"app_transfer_{name}" for name in ("accepted", "completed_giver", "completed_receiver", "declined")),
    # These seven, the four before and app_transferred: test_transfers.py, test_lifecycle_letters.py
    *(f"app_transfer_{name}" for name in ("expired_giver", "expired_receiver", "offered")),
    *(f"app_transfer_{name}" for name in ("refused_giver", "refused_receiver", "to_confirm", "withdrawn")),
    "app_transferred",
    "app_uninstalled",
    "app_updated",
    "app_upgraded",
    "check_failing",  # this and the next: tests/db/notify/test_lifecycle_letters.py
    "check_mended",
    "client_cut_off",  # this and the next: tests/db/installs/test_portal_cut_off.py
    "client_restored",
    "credentials_rotated",
    "email_change_requested",
    "email_changed",
    "email_confirm",
    *(f"endpoint_{what}" for what in ("failing", "gone", "paused", "recovered", "silent")),  # test_endpoints.py
    "installation_failed",
    "installation_succeeded",
    "invitation",
    "licences_changed",  # these three: test_licence_letters.py
    "licences_not_changed",
    "licences_withheld",
    "listing_advertised",
    "partner_application_questioned",
    "partner_application_received",
    "partner_application_rejected",
    "partner_application_verify",
    "partner_application_waiting",
    "password_reset",  # tests/http/site/test_password_reset.py
    "personal_token_ended",  # tests/db/installs/test_found_tokens.py
    "personal_token_expiring",
    "personal_token_made",
    "sample_drawn",  # this and the next: tests/db/review/test_samples.py
    "sample_reported",
    "security_changed",
    "sign_in_new_browser",
    "sign_in_paused",
    "signing_key_replaced",  # tests/db/messaging/test_signing_keys.py
    "submission_answered",  # six of these: tests/db/review
    "submission_approved",
    "submission_messaged",
    "submission_opened",
    "submission_overdue",
    "submission_questioned",
    "submission_rejected",
    "submission_second_needed",
    "submission_taken",
    "test_account_accepted",  # these five: test_testers.py, the second test_lifecycle_letters.py
    "test_account_declined",
    "test_account_invited",
    "test_account_left",
    "test_account_removed",
    *(f"ticket_answered_{side}" for side in ("customer", "partner", "team")),  # tests/db/support/test_ticket_mails.py
    *(f"ticket_{name}" for name in ("handed_over", "opened", "overdue", "partner_involved", "received")),
    *(f"ticket_solved_{side}" for side in ("customer", "partner", "team")),
    "trial_ended",  # these three: test_trial_letters.py
    "trial_ending",
    "trial_extended",
    "update_failed",  # these three: tests/db/installs/test_mending.py
    "update_mended",
    "update_to_mend",
    "upgrade_available",
    "version_available",  # these five: tests/db/catalog/test_publication.py
    "version_deprecated_customer",  # this, the next and version_ended: tests/db/catalog/test_ending.py
    "version_deprecated_partner",
    "version_ended",
    "version_ended_customer",  # this, the next and version_retired: tests/db/notify/test_lifecycle_letters.py
    "version_ended_operator",
    "version_go_live_failed",
    "version_readmitted",  # this and version_withheld: tests/db/catalog/test_withholding.py
    "version_relisted",
    "version_retired",
    "version_scheduled",
    "version_unlisted",
    "version_withheld",
]
