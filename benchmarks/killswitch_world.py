"""Run in a house's own environment: puts two apps of the demo into so many accounts, and prints what the bench needs.

The answer is JSON: ``[{"app_id", "name", "client_id", "client_secret", "token_url", "token"}, …]``, one for each app.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from fondaco.installs.models import Installation


def main(count: int) -> list[dict[str, str]]:
    """One world for each of two apps that are installed somewhere."""
    from fondaco.installs.models import Installation

    found = (
        Installation.objects.filter(client__scopes__contains=["account:read"])
        .exclude(status="revoked")
        .select_related("app", "client__account")
        .order_by("id")
    )
    apps: dict[Any, Installation] = {}
    for installation in found:
        apps.setdefault(installation.app_id, installation)
    return [_grow(installation, count, number) for number, installation in enumerate(list(apps.values())[:2], start=1)]


def _grow(installation: Installation, count: int, number: int) -> dict[str, str]:
    from django.db import transaction

    from fondaco.audit.actor import Actor
    from fondaco.identity.actions import issue_credentials
    from fondaco.identity.issuer import token_url
    from fondaco.identity.tokens import issue_access_token

    more = count - type(installation).objects.filter(app=installation.app_id).exclude(status="revoked").count()
    with transaction.atomic():
        copy_installations(installation, number * 10_000_000, more)
        issued = issue_credentials(actor=Actor.system("bench"), client=installation.client)
    scope = " ".join(installation.client.scopes)
    return {
        "app_id": installation.app_id.hex,
        "name": installation.app.name,
        "client_id": issued.client_id,
        "client_secret": issued.client_secret,
        "token_url": token_url(installation.client.account),
        "token": issue_access_token(credentials=issued.set, scope=scope),
    }


def copy_installations(installation: Installation, base: int, more: int) -> None:
    """Copies of an account, its client, credential set and installation; only ids and unique columns differ."""
    from django.db import connection

    account, client = "lpad(to_hex(%(base)s + n), 24, '0')", "md5('client' || (%(base)s + n))::uuid"
    own = {"id": "gen_random_uuid()", "client_id": client}
    credentials = {**own, "wire_client_id": "md5('set' || (%(base)s + n))", "key_id": "md5('key' || (%(base)s + n))"}
    copies: list[tuple[str, Any, dict[str, str]]] = [
        ("accounts_account", installation.account_id, {"id": account, "name": "'bench-' || (%(base)s + n)"}),
        ("identity_oauthclient", installation.client_id, {"id": client, "account_id": account}),
        ("identity_credentialset", installation.client.credential_sets.latest("id").pk, credentials),
        ("installs_installation", installation.pk, {**own, "account_id": account}),
    ]
    with connection.cursor() as cursor:
        for table, pk, changes in copies:
            names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            columns = ", ".join(f'"{name}"' for name in names)
            values = ", ".join(changes.get(name, f't."{name}"') for name in names)
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, "
                "generate_series(1, %(more)s) n WHERE t.id = %(pk)s",
                {"base": base, "more": more, "pk": pk},
            )
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    django.setup()
    json.dump(main(int(sys.argv[1])), sys.stdout)
