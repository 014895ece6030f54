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
SIGN_IN_PAUSED = declare(
    "sign_in.paused", "Someone failed to prove that they are this person too often, and has to wait before each try."
)
PASSWORD_CHANGED = declare("person.password_changed", "A person set a new password; their other sessions ended.")
FACTOR_ADDED = declare("second_factor.added", "A person can prove themselves by one more thing that they hold.")
FACTOR_REMOVED = declare("second_factor.removed", "A person took one of their second factors away.")
FACTOR_RENAMED = declare("second_factor.renamed", "A person gave a passkey another name.")
RECOVERY_CODES_MADE = declare("recovery_codes.made", "A person got new recovery codes; older ones died.")
RECOVERY_CODE_USED = declare("recovery_codes.used", "A person signed in with one of their recovery codes.")
CODE_REUSED = declare("authorization_code.reused", "A spent code was shown again; the tokens that came from it died.")
REFRESH_REUSED = declare("refresh_token.reused", "A spent refresh token was shown again; its whole family died.")
