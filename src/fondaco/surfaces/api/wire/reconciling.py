"""What the wire says to programs that compare what they know with what is: messages, and whole states."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fondaco.identity.models import CredentialSet
from fondaco.installs.models import Operation
from fondaco.messaging.full_state import FullState
from fondaco.messaging.models import Message
from fondaco.messaging.payloads import installation_path, timestamp
from fondaco.surfaces.api.wire import resources
from fondaco.surfaces.api.wire.answers import Json, link


def message(sent: Message) -> Json:
    """One message: its numbers, how its delivery stands, and the event as it was sent (DOMAIN 1.7)."""
    return {
        "id": sent.pk.hex,
        "installation_id": sent.installation_id.hex,
        "sequence": sent.sequence,
        "position": sent.position,
        "type": sent.type,
        "created_at": timestamp(sent.created_at),
        "delivery": sent.delivery.status,
        "event": json.loads(sent.wire_body),
    }


def full_state(found: FullState) -> Json:
    """Everything about an installation; what an open operation proposes is beside what is in force."""
    installed = found.installation
    path = installation_path(installed)
    return {
        "as_of": timestamp(found.as_of),
        "last_sequence": found.last_sequence,
        "installation": resources.installation(installed),
        "account": resources.account(installed.account),
        "app_version_id": installed.version_id.hex,
        "app_version_name": installed.version.name,
        "auto_provision_filters": resources.rules(found.rules),
        "subscription": resources.subscription(installed),
        "trial": resources.trial(found.trial, installed) if found.trial else None,
        "users": [resources.user(person) for person in found.users],
        "operation": _operation(found.operation, found.event) if found.operation else None,
        "credentials": [_credentials(each) for each in found.credentials],
        "_links": {
            "self": link(f"{path}/full-state"),
            "installation": link(path),
            "messages": link(f"/apps/{installed.app_id.hex}/messages"),
        },
    }


def _operation(operation: Operation, event: Message | None) -> Json:
    return {
        "id": operation.pk.hex,
        "kind": operation.kind,
        "state": operation.status,
        "event_id": event.pk.hex if event else None,
        "created_at": timestamp(operation.created_at),
        "answer_due_at": timestamp(operation.answer_due_at),
        "current": _side(operation.current),
        "proposed": _side(operation.proposed),
    }


def _side(snapshot: Mapping[str, Any]) -> Json:
    """One side of an operation; before an install there is nothing, and ids are null."""
    return {
        "app_version_id": snapshot["version"] or None,
        "subscription_id": snapshot["plan"] or None,
        "total_licenses": snapshot["total_licences"],
        "user_ids": snapshot["users"],
        "auto_provision_filters": resources.kept_rules(snapshot["auto_install"]),
    }


def _credentials(each: CredentialSet) -> Json:
    """A set that works now, without its secrets; ``expires_at`` is when it ends, if a newer one replaced it."""
    return {
        "client_id": each.wire_client_id,
        "key_id": each.key_id,
        "key_algorithm": each.key_algorithm,
        "created_at": timestamp(each.created_at),
        "expires_at": timestamp(each.expires_at) if each.expires_at else None,
    }
