"""Writes of the identity domain. What the OAuth endpoints write is in ``fondaco.identity.protocol``."""

from fondaco.identity.actions.clients import (
    IssuedCredentials,
    create_client,
    issue_credentials,
    resume_client,
    revoke_client,
    suspend_client,
)
from fondaco.identity.actions.devices import approve_device, ask_for_device, deny_device, spend_device
from fondaco.identity.actions.login_sessions import end_login_session, end_other_sessions, start_login_session
from fondaco.identity.actions.personal_tokens import (
    create_personal_token,
    revoke_all_personal_tokens,
    revoke_personal_token,
)

__all__ = [
    "IssuedCredentials",
    "approve_device",
    "ask_for_device",
    "create_client",
    "create_personal_token",
    "deny_device",
    "end_login_session",
    "end_other_sessions",
    "issue_credentials",
    "resume_client",
    "revoke_all_personal_tokens",
    "revoke_client",
    "revoke_personal_token",
    "spend_device",
    "start_login_session",
    "suspend_client",
]
