"""An API of the operator's own, in a process of its own: it accepts the house's tokens and knows nothing else of it.

    python examples/own_api/app.py --port 8200

Everything that it needs to know comes from ``OWN_API_*``; README.md explains each.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import Any

from flask import Flask, request

from fondaco.resource_server import (
    Guard,
    IntrospectionRevocations,
    Issuers,
    JwksKeys,
    Token,
    TokenError,
    Verifier,
)

# What the API serves, by account: each program sees its own account's.
OPENING_HOURS: dict[str, list[str]] = {}


def make_verifier(environment: Mapping[str, str]) -> Verifier:
    """Where tokens come from, whom this API is, and how it asks whether they still count."""
    house = environment.get("OWN_API_HOUSE", "http://127.0.0.1:8000").rstrip("/")
    return Verifier(
        audience=environment.get("OWN_API_AUDIENCE", house),
        issuers=Issuers(environment.get("OWN_API_ISSUERS", f"{house}/{{account}}")),
        keys=JwksKeys(environment["OWN_API_KEYS"]),
        revocations=IntrospectionRevocations(
            credentials=(environment["OWN_API_CLIENT_ID"], environment["OWN_API_CLIENT_SECRET"]),
            url=environment["OWN_API_INTROSPECTION"],
            fresh_for=float(environment.get("OWN_API_FRESH_FOR", "30")),
        ),
        leeway=5,
    )


def make_app(verifier: Verifier) -> Flask:
    """The API: opening hours of the account that a token is for."""
    app = Flask(__name__)
    guard = Guard(verifier, header=lambda: request.headers.get("Authorization"))

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/opening-hours")
    @guard("account:read")
    def show(token: Token) -> dict[str, Any]:
        return {
            "account_id": token.account_id,
            "asked_by": token.client_id,
            "for_user": token.user_id,
            "hours": OPENING_HOURS.get(token.account_id, ["Mon-Fri 9-17"]),
        }

    @app.put("/opening-hours")
    @guard("account:read", "apps:write")
    def change(token: Token) -> Any:
        hours = request.get_json(silent=True)
        if not isinstance(hours, list) or not all(isinstance(line, str) and len(line) < 100 for line in hours[:50]):
            return {"error": "invalid_request", "error_description": "Send a list of lines of text."}, 400
        OPENING_HOURS[token.account_id] = hours[:50]
        return {"account_id": token.account_id, "hours": hours[:50]}

    @app.errorhandler(TokenError)
    def refuse(refusal: TokenError) -> tuple[dict[str, str], int, dict[str, str]]:
        return refusal.body, refusal.status, refusal.headers

    return app


def main() -> None:
    """Serves until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8200)
    port = parser.parse_args().port
    make_app(make_verifier(os.environ)).run("127.0.0.1", port, threaded=True)


if __name__ == "__main__":
    main()
