"""Writes of the identity domain. What the OAuth endpoints write is in ``fondaco.identity.protocol``."""

from fondaco.identity.actions.clients import (
    IssuedCredentials,
    create_client,
    issue_credentials,
    resume_client,
    revoke_client,
    suspend_client,
)
from fondaco.identity.actions.login_sessions import end_login_session, end_other_sessions, start_login_session
from fondaco.identity.actions.personal_tokens import create_personal_token, revoke_personal_token
from fondaco.identity.actions.tokens import end_token_family, revoke_access_token
from fondaco.identity.actions.portal_clients import (
    Overlap,
    create_key_pair,
    create_portal_client,
    delete_portal_client,
    edit_portal_client,
    regenerate_secret,
)

__all__ = [
    "IssuedCredentials",
    "Overlap",
    "create_client",
    "create_key_pair",
    "create_personal_token",
    "create_portal_client",
    "delete_portal_client",
    "edit_portal_client",
    "end_login_session",
    "end_other_sessions",
    "end_token_family",
    "issue_credentials",
    "regenerate_secret",
    "resume_client",
    "revoke_access_token",
    "revoke_client",
    "revoke_personal_token",
    "start_login_session",
    "suspend_client",
]
