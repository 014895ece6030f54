"""Writes of the identity domain. What the OAuth endpoints write is in ``fondaco.identity.protocol``."""

from fondaco.identity.actions.clients import (
    IssuedCredentials,
    create_client,
    issue_credentials,
    resume_client,
    revoke_client,
    suspend_client,
)
from fondaco.identity.actions.login_sessions import (
    end_login_session,
    end_other_sessions,
    note_federation,
    start_login_session,
)
from fondaco.identity.actions.personal_tokens import create_personal_token, revoke_personal_token
from fondaco.identity.actions.providers import (
    ProviderEntries,
    remove_provider,
    save_provider,
    switch_provider,
)

__all__ = [
    "IssuedCredentials",
    "ProviderEntries",
    "create_client",
    "create_personal_token",
    "end_login_session",
    "end_other_sessions",
    "issue_credentials",
    "note_federation",
    "remove_provider",
    "resume_client",
    "revoke_client",
    "revoke_personal_token",
    "save_provider",
    "start_login_session",
    "suspend_client",
    "switch_provider",
]
