"""The account and its people (DOMAIN 3.5, 9.2)."""

from __future__ import annotations

from fondaco.accounts import queries
from fondaco.surfaces.api.wire import resources
from fondaco.surfaces.api.wire.access import Call, by_method, wire
from fondaco.surfaces.api.wire.answers import Json, NoUser, page
from fondaco.surfaces.site.oauth_endpoints import open_to_browsers


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


def _show_me(call: Call) -> Json:
    """Who signed in; 400 for a token of the account itself. GET and POST alike (OpenID Connect Core §5.3.1)."""
    if call.token.user is None:
        raise NoUser
    return resources.user_info(call.token.user)


show_me = open_to_browsers("GET", "POST")(
    by_method(GET=wire("openid")(_show_me), POST=wire("openid", method="POST")(_show_me))
)
