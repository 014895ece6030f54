"""A thin layer before Django, in the same process, for the requests that machines send most (ADR 0021)."""

from fondaco.surfaces.idp.shim.application import Shim

__all__ = ["Shim"]
