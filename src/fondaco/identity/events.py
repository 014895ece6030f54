"""Facts about programs, their credentials and tokens."""

from fondaco.audit.kinds import declare

CLIENT_CREATED = declare("client.created", "An OAuth client was created.")
CLIENT_SUSPENDED = declare("client.suspended", "An OAuth client may no longer sign users in.")
CLIENT_RESUMED = declare("client.resumed", "A suspended OAuth client works again.")
CLIENT_REVOKED = declare("client.revoked", "An OAuth client and all its tokens died.")
CREDENTIALS_ISSUED = declare("credentials.issued", "A client was given a credential set.")
CREDENTIALS_ROTATED = declare("credentials.rotated", "A client's credential set was replaced.")
CREDENTIALS_ACKNOWLEDGED = declare(
    "credentials.acknowledged", "A partner confirmed a new credential set; the old one died."
)
CREDENTIALS_REVOKED = declare("credentials.revoked", "A credential set stopped working.")
PERSONAL_TOKEN_CREATED = declare("personal_token.created", "A person made an access token for a program of theirs.")
PERSONAL_TOKEN_REVOKED = declare("personal_token.revoked", "A personal access token was revoked.")
SIGNED_IN = declare("login_session.started", "A person signed in to the platform.")
SIGNED_OUT = declare("login_session.ended", "A person's session on the platform ended.")
PROVIDER_SAVED = declare("identity_provider.saved", "An account's own sign-in was set up or changed.")
PROVIDER_ENABLED = declare("identity_provider.enabled", "An account's people may sign in through its own provider.")
PROVIDER_DISABLED = declare("identity_provider.disabled", "Sign-in through an account's own provider was switched off.")
PROVIDER_REMOVED = declare("identity_provider.removed", "An account's own sign-in was removed.")
FEDERATION_LINKED = declare("federated_identity.linked", "A company's login was connected with a person here.")
FEDERATION_REFUSED = declare("federated_sign_in.refused", "A sign-in through an account's own provider failed.")
FEDERATION_ROLE_KEPT = declare(
    "federated_sign_in.role_kept", "A provider would have taken the role of the last administrator; they keep it."
)
CODE_REUSED = declare("authorization_code.reused", "A spent code was shown again; the tokens that came from it died.")
REFRESH_REUSED = declare("refresh_token.reused", "A spent refresh token was shown again; its whole family died.")
