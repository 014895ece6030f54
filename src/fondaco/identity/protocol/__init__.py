"""The OAuth endpoints without their HTTP: requests in, answers out.

The rules are Authlib's grants (RFC 6749, 7523, 7636, OpenID Connect Core); the tables, the secrets and the refusals
are ours. ``token_endpoint`` and ``authorization_endpoint`` hold the two.
"""
