"""Run in a house's own environment: makes clients in one account, and a table of their secrets for the peer.

``python -m benchmarks.token_clients COUNT`` prints ``client_id:secret`` lines, and without ``COUNT`` a new token of
each client that is there, ``client_id:token``. Only a bench keeps secrets in the clear.
"""

from __future__ import annotations

import sys

import django

ACCOUNT = "bench"
SCOPES = ("apps:read", "apps:write")


def make_clients(count: int) -> None:
    """See the module."""
    from django.db import connection

    from fondaco.accounts.models import Account
    from fondaco.identity.models import ClientKind, CredentialSet, OAuthClient
    from fondaco.kit import crypto
    from fondaco.kit.ids import new_id

    account = Account.objects.create(name=ACCOUNT, company_name="Bench")
    clients = [
        OAuthClient(
            account=account,
            kind=ClientKind.PORTAL,
            name=f"Client {number}",
            scopes=list(SCOPES),
            grant_types=["client_credentials"],
        )
        for number in range(count)
    ]
    OAuthClient.objects.bulk_create(clients, batch_size=2000)
    secrets = {new_id().hex: crypto.new_secret("fdc_") for _ in clients}
    CredentialSet.objects.bulk_create(
        (
            CredentialSet(
                client=client, wire_client_id=client_id, key_id=client_id, secret_hash=crypto.keyed_hash(secret)
            )
            for client, (client_id, secret) in zip(clients, secrets.items(), strict=True)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_client (client_id text PRIMARY KEY, client_secret text, scopes text)")
        cursor.executemany(
            "INSERT INTO bench_client VALUES (%s, %s, %s)", [(*each, " ".join(SCOPES)) for each in secrets.items()]
        )
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")  # which would otherwise come in the middle of a round
    sys.stdout.writelines(f"{client_id}:{secret}\n" for client_id, secret in secrets.items())


def make_tokens() -> None:
    """See the module."""
    from fondaco.identity.models import CredentialSet
    from fondaco.identity.tokens import issue_access_token

    for each in CredentialSet.objects.select_related("client__account"):
        token = issue_access_token(credentials=each, scope=" ".join(SCOPES))
        sys.stdout.write(f"{each.wire_client_id}:{token}\n")


if __name__ == "__main__":
    django.setup()
    make_clients(int(sys.argv[1])) if sys.argv[1:] else make_tokens()
