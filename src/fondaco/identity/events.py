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
PERSONAL_TOKEN_EXPIRING = declare("personal_token.expiring", "A personal access token has a week left.")
DEVICE_ASKED = declare("device.asked", "A command line asked to act for whoever types its code.")
DEVICE_APPROVED = declare("device.approved", "A person let a command line act for them.")
DEVICE_DENIED = declare("device.denied", "A person refused a command line that asked to act for them.")
SIGNED_IN = declare("login_session.started", "A person signed in to the platform.")
SIGNED_OUT = declare("login_session.ended", "A person's session on the platform ended.")
CODE_REUSED = declare("authorization_code.reused", "A spent code was shown again; the tokens that came from it died.")
REFRESH_REUSED = declare("refresh_token.reused", "A spent refresh token was shown again; its whole family died.")
