"""Run in a house's own environment: puts two apps of the demo into so many accounts, and prints what the bench needs.

The answer is JSON, by what is cut off: ``{"token": {"target_id", "name", "client_id", "client_secret", "token_url",
"token"}, "installation": …, "version": …, "app": …}``. The app is another one than that of the first three.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django

if TYPE_CHECKING:
    from fondaco.installs.models import Installation


def main(count: int) -> dict[str, dict[str, str]]:
    """One program for each kind of click; ``count`` is two or more."""
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
    if len(apps) < 2:
        raise RuntimeError("the demo has not two apps that may read the account")
    first, second = list(apps.values())[:2]
    for number, installation in enumerate((first, second), start=1):
        _grow(installation, count, number)
    copy = found.filter(app=first.app_id, account__name__startswith="bench-")[0]
    return {
        "token": _arm(first, first.pk),
        "installation": _arm(copy, copy.pk),
        "version": _arm(first, first.version_id),
        "app": _arm(second, second.app_id),
    }


def _grow(installation: Installation, count: int, number: int) -> None:
    """All of the app's installations are of one version then, or clicks on it would not reach them."""
    from django.db import transaction

    others = type(installation).objects.filter(app=installation.app_id).exclude(status="revoked")
    with transaction.atomic():
        others.update(version=installation.version_id)
        copy_installations(installation, number * 10_000_000, count - others.count())


def _arm(installation: Installation, target: UUID) -> dict[str, str]:
    from django.db import transaction

    from fondaco.audit.actor import Actor
    from fondaco.identity.actions import issue_credentials
    from fondaco.identity.issuer import token_url
    from fondaco.identity.tokens import issue_access_token

    with transaction.atomic():
        issued = issue_credentials(actor=Actor.system("bench"), client=installation.client)
    return {
        "target_id": target.hex,
        "name": installation.app.name,
        "client_id": issued.client_id,
        "client_secret": issued.client_secret,
        "token_url": token_url(installation.client.account),
        "token": issue_access_token(credentials=issued.set, scope=" ".join(installation.client.scopes)),
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
