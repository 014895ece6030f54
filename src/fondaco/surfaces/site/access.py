"""Every view says who may see it: ``@public``, ``@signed_in`` or ``@requires(Permission.X)``; a test walks them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, Final, ParamSpec

from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import Forbidden
from fondaco.surfaces.site.resuming import to_sign_in
from fondaco.surfaces.site.viewer import HouseRequest, Place, PlaceKind, Viewer

P = ParamSpec("P")
View = Callable[Concatenate[HouseRequest, P], HttpResponseBase]

_NOWHERE: Final = _(
    "You belong to no organisation at the moment: nobody has given you a place, or your place was closed. "
    "Nothing was changed. Ask your administrator for an invitation."
)
_NO_PLACE: Final = {
    PlaceKind.ACCOUNT: _(
        "This page belongs to an account, and you are in none here. Nothing was changed. "
        "An administrator of the account can invite you."
    ),
    PlaceKind.PARTNER: _(
        "This page belongs to a partner, and you are a member of none here. Nothing was changed. "
        "An owner of the partner can invite you."
    ),
    PlaceKind.OPERATOR: _("This page is for the platform's staff. Nothing was changed."),
}
_BOUND: Final = _(
    "You came in through your company's sign-in, which opens that company's account alone. Nothing was changed. "
    "Sign out, and sign in with your own address and password."
)

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
            place = enter(request, kind)
            if permission not in place.permissions:
                raise Forbidden
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        setattr(guarded, ACCESS, permission.value)
        return guarded

    return guard


def enter(request: HouseRequest, kind: PlaceKind) -> Place:
    """Makes a place of ``kind`` the current one; :class:`Forbidden` says to who has none what they are missing."""
    if place := request.viewer.enter(kind):
        return place
    if request.viewer.bound_to:
        raise Forbidden(_BOUND)
    raise Forbidden(_NO_PLACE[kind] if request.viewer.places else _NOWHERE)


def land(request: HouseRequest, page: str, permission: Permission) -> HttpResponseRedirect:
    """To ``page`` after something was done, or to the start when who did it may not see ``page``.

    They may just have changed their own role, and a refusal would say that nothing was done.
    """
    if isinstance(request.user, Person):
        request.user.refresh_from_db()  # also forgets the post that came with them
    can_see = Viewer(request).can(permission)
    return redirect(page if can_see else "site:home")


def _kind(permission: Permission) -> PlaceKind:
    if permission.startswith("partner."):
        return PlaceKind.PARTNER
    if permission.startswith("operator."):
        return PlaceKind.OPERATOR
    return PlaceKind.ACCOUNT
