"""New credentials for installations that a cut-off left without any, once none covers them any more. A step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Exists
from django.utils.translation import gettext as _

from fondaco.audit.actor import Actor
from fondaco.audit.recording import Fact, record_all
from fondaco.identity import actions as identity
from fondaco.identity.models import Cutoff
from fondaco.identity.queries import find_usable
from fondaco.installs import events
from fondaco.installs.models import Installation
from fondaco.installs.states import InstallationStatus

_HAS_NOTHING: Final = frozenset({InstallationStatus.REJECTED, InstallationStatus.TIMEOUT})


def restore_credentials(actor: Actor, installations: Sequence[Installation]) -> None:
    """New ones for those that are not cut off (any more, or otherwise), have none, and need not be asked for anew
    anyway: a cut-off was lifted, or they left what it covers. The installations are locked."""
    asked = [each for each in installations if each.status not in _HAS_NOTHING]
    out = Installation.objects.filter(Exists(Cutoff.covering("client")), pk__in=[each.pk for each in asked])
    kept_out = set(out.values_list("pk", flat=True))
    usable = find_usable([each.client_id for each in asked])
    lacking = [each for each in asked if each.pk not in kept_out and each.client_id not in usable]
    clients = [each.client for each in lacking]
    why = str(_("The platform lets the program in again; what it had before stays dead."))
    identity.rotate_credentials(actor=actor, clients=clients, is_forced=True, reason=why)
    facts = [Fact(each, **each.audit_scope(), data={"reason": ""}) for each in lacking]
    record_all(events.INSTALLATION_RESTORED, facts, actor=actor)
