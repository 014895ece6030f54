"""A partner's client at the management API."""

from __future__ import annotations

from fondaco.identity.machines import Machine
from fondaco.surfaces.api.management.shapes.fields import Shape


class MachineShape(Shape):
    """The client of an access token; ``partner_id`` goes into paths."""

    client_id: str
    client: str
    partner_id: str
    partner: str
    scopes: list[str]
    permissions: list[str]

    @classmethod
    def of(cls, machine: Machine) -> MachineShape:
        return cls(
            client_id=machine.client.pk.hex,
            client=machine.client.name,
            partner_id=machine.partner.pk.hex,
            partner=machine.partner.name,
            scopes=sorted(machine.scopes),
            permissions=sorted(machine.permissions),
        )
