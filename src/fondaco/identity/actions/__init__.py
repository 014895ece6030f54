"""Writes of the identity domain. What the OAuth endpoints write is in ``fondaco.identity.protocol``."""

from fondaco.identity.actions.clients import (
    IssuedCredentials,
    create_client,
    issue_credentials,
    issue_credentials_to_all,
    resume_client,
    revoke_client,
    set_logout_url,
    suspend_client,
)
from fondaco.identity.actions.cutoffs import begin_cutoff, cut_off_client, lift_cutoff, place_client, readmit_client
from fondaco.identity.actions.devices import approve_device, ask_for_device, deny_device, spend_device
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
    end_sessions,
    end_user_session,
    note_federation,
    start_login_session,
)
from fondaco.identity.actions.operator_clients import (
    create_operator_client,
    delete_operator_client,
    rotate_operator_client,
)
from fondaco.identity.actions.personal_tokens import (
    create_personal_token,
    end_personal_token,
    revoke_all_personal_tokens,
    revoke_personal_token,
)
from fondaco.identity.actions.portal_clients import (
    Overlap,
    create_key_pair,
    create_portal_client,
    delete_portal_client,
    edit_portal_client,
    regenerate_secret,
)
from fondaco.identity.actions.providers import (
    ProviderEntries,
    remove_provider,
    save_provider,
    switch_provider,
)
from fondaco.identity.actions.regranting import regrant_client
from fondaco.identity.actions.rotation import acknowledge_credentials, end_credentials, rotate_credentials
from fondaco.identity.actions.tokens import end_token_family, revoke_access_token

__all__ = [
    "IssuedCredentials",
    "Overlap",
    "ProviderEntries",
    "acknowledge_credentials",
    "add_authenticator_app",
    "add_passkey",
    "approve_device",
    "ask_for_device",
    "begin_cutoff",
    "change_password",
    "create_client",
    "create_key_pair",
    "create_operator_client",
    "create_personal_token",
    "create_portal_client",
    "cut_off_client",
    "delete_operator_client",
    "delete_portal_client",
    "deny_device",
    "edit_portal_client",
    "end_credentials",
    "end_forgotten_sessions",
    "end_login_session",
    "end_other_sessions",
    "end_personal_token",
    "end_sessions",
    "end_token_family",
    "end_user_session",
    "forget_factors",
    "issue_credentials",
    "issue_credentials_to_all",
    "lift_cutoff",
    "make_recovery_codes",
    "note_federation",
    "note_recovery_code_used",
    "place_client",
    "readmit_client",
    "regenerate_secret",
    "regrant_client",
    "remove_factor",
    "remove_provider",
    "rename_passkey",
    "resume_client",
    "revoke_access_token",
    "revoke_all_personal_tokens",
    "revoke_client",
    "revoke_personal_token",
    "rotate_credentials",
    "rotate_operator_client",
    "save_provider",
    "set_logout_url",
    "set_up_first_factor",
    "spend_code",
    "spend_device",
    "start_login_session",
    "suspend_client",
    "switch_provider",
]
