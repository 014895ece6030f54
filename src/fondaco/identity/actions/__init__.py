"""Writes of the identity domain. What the OAuth endpoints write is in ``fondaco.identity.protocol``."""

from fondaco.identity.actions.clients import (
    IssuedCredentials,
    create_client,
    issue_credentials,
    resume_client,
    revoke_client,
    suspend_client,
)
from fondaco.identity.actions.factors import (
    add_authenticator_app,
    add_passkey,
    forget_factors,
    make_recovery_codes,
    note_recovery_code_used,
    remove_factor,
    rename_passkey,
    set_up_first_factor,
    spend_code,
)
from fondaco.identity.actions.login_sessions import (
    change_password,
    end_forgotten_sessions,
    end_login_session,
    end_other_sessions,
    start_login_session,
)
from fondaco.identity.actions.personal_tokens import create_personal_token, revoke_personal_token

__all__ = [
    "IssuedCredentials",
    "add_authenticator_app",
    "add_passkey",
    "change_password",
    "create_client",
    "create_personal_token",
    "end_forgotten_sessions",
    "end_login_session",
    "end_other_sessions",
    "forget_factors",
    "issue_credentials",
    "make_recovery_codes",
    "note_recovery_code_used",
    "remove_factor",
    "rename_passkey",
    "resume_client",
    "revoke_client",
    "revoke_personal_token",
    "set_up_first_factor",
    "spend_code",
    "start_login_session",
    "suspend_client",
]
