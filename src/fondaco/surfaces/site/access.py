"""Every view says who may see it: ``@public``, ``@signed_in`` or ``@requires(Permission.X)``; a test walks them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import HttpResponseBase

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import Forbidden
from fondaco.surfaces.site.resuming import to_sign_in
from fondaco.surfaces.site.viewer import HouseRequest, PlaceKind

P = ParamSpec("P")
View = Callable[Concatenate[HouseRequest, P], HttpResponseBase]

ACCESS = "fondaco_access"  # attribute of a view: "public", "signed-in" or the permission's name


def public(view: View[P]) -> View[P]:
    """Anyone may see this."""
    setattr(view, ACCESS, "public")
    return view


def signed_in(view: View[P]) -> View[P]:
    """Anyone who is signed in may see this, whatever their place."""

    def guarded(request: HouseRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.viewer.person is None:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    update_wrapper(guarded, view)
    setattr(guarded, ACCESS, "signed-in")
    return guarded


def requires(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Only people whose current place gives ``permission``; entering switches to a place of the right kind."""
    kind = _kind(permission)

    def guard(view: View[P]) -> View[P]:
        def guarded(request: HouseRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.viewer.person is None:
                return to_sign_in(request)
            place = request.viewer.enter(kind)
            if place is None or permission not in place.permissions:
                raise Forbidden
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        setattr(guarded, ACCESS, permission.value)
        return guarded

    return guard


def _kind(permission: Permission) -> PlaceKind:
    if permission.startswith("partner."):
        return PlaceKind.PARTNER
    if permission.startswith("operator."):
        return PlaceKind.OPERATOR
    return PlaceKind.ACCOUNT
