"""Signing in through an account's own OpenID provider. Here the platform is the client (OpenID Connect Core §3.1)."""
