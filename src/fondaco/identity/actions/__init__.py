"""Writes of the identity domain. What the OAuth endpoints write is in ``fondaco.identity.protocol``."""

from fondaco.identity.actions.clients import (
    IssuedCredentials,
    create_client,
    issue_credentials,
    resume_client,
    revoke_client,
    set_logout_url,
    suspend_client,
)
from fondaco.identity.actions.login_sessions import (
    end_login_session,
    end_other_sessions,
    end_sessions,
    end_user_session,
    start_login_session,
)
from fondaco.identity.actions.personal_tokens import create_personal_token, revoke_personal_token

__all__ = [
    "IssuedCredentials",
    "create_client",
    "create_personal_token",
    "end_login_session",
    "end_other_sessions",
    "end_sessions",
    "end_user_session",
    "issue_credentials",
    "resume_client",
    "revoke_client",
    "revoke_personal_token",
    "set_logout_url",
    "start_login_session",
    "suspend_client",
]
