"""Which sessions open which accounts."""

from __future__ import annotations

from fondaco.accounts.models import User
from fondaco.identity.errors import NoSeat
from fondaco.identity.federation.errors import CompanySignInNeeded, TokensNotTaken
from fondaco.identity.models import IdentityProvider, LoginSession


def check_way_in(user: User, session: LoginSession) -> None:
    """Raises unless ``session`` may act for this seat.

    One that only another account's provider opened may not (:class:`NoSeat`: nobody here vouched for the person); and
    an account that wants its people to come through its own provider takes no other session of them.
    """
    if session.is_bound and session.federated_account_id != user.account_id:
        raise NoSeat(email=user.person.email, account=user.account.company_name)
    if session.federated_account_id == user.account_id:
        return
    if provider := _demanding(user):
        raise CompanySignInNeeded(account=user.account.company_name, provider=provider.name, name=user.account.name)


def check_takes_tokens(user: User) -> None:
    """Raises :class:`TokensNotTaken` when the account wants its people to come through its provider.

    A personal access token was made with the person's own login, so it would lead around the provider: whoever it
    lets in no more could go on by it.
    """
    if provider := _demanding(user):
        raise TokensNotTaken(account=user.account.company_name, provider=provider.name)


def _demanding(user: User) -> IdentityProvider | None:
    """The provider through which the account wants this user to come, if it does."""
    if user.role.is_admin:
        return None
    provider = IdentityProvider.objects.filter(account_id=user.account_id).defer("client_secret").first()
    return provider if provider is not None and provider.demands(user.role) else None
