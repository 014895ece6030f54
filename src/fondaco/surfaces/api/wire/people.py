"""The account and its people (DOMAIN 3.5, 9.2)."""

from __future__ import annotations

from fondaco.accounts import queries
from fondaco.surfaces.api.wire import resources
from fondaco.surfaces.api.wire.access import Call, wire
from fondaco.surfaces.api.wire.answers import Json, NoUser, page


@wire("account:read")
def show_account(call: Call) -> Json:
    """The account that the token is for."""
    return resources.account(call.token.client.account)


@wire("users:read")
def list_users(call: Call) -> Json:
    """Everyone in the account, licensed or not; ``email`` finds one."""
    found = queries.list_users(call.token.account_id, only_active=False)
    if email := call.request.GET.get("email"):
        found = found.filter(person__email__iexact=email.replace("\0", ""))
    return page(call.request, found, path="/users", name="users", shape=resources.user)


@wire("users:read")
def show_user(call: Call, user_id: str) -> Json:
    """One user of the account."""
    return resources.user(queries.get_user(call.token.account_id, user_id))


@wire("openid")
def show_me(call: Call) -> Json:
    """Who signed in; 400 for a token of the account itself."""
    if call.token.user is None:
        raise NoUser
    return resources.user_info(call.token.user)
