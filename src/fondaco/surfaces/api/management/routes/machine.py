"""What a partner's client asks about itself."""

from __future__ import annotations

from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.machine import MachineShape

routes = Routes("Machine", Place.MACHINE)


@routes.reads("/machine", MachineShape)
def get_machine(request: Request) -> MachineShape:
    """Which client the access token stands for, for which partner it works, and what it may do there."""
    return MachineShape.of(request.caller.machine)
