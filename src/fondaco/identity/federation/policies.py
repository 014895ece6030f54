"""Which sessions open which accounts."""

from __future__ import annotations

from fondaco.accounts.models import User
from fondaco.identity.errors import NoSeat
from fondaco.identity.federation.errors import CompanySignInNeeded
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
    provider = IdentityProvider.objects.filter(account_id=user.account_id).defer("client_secret").first()
    if provider is not None and provider.demands(user.role):
        raise CompanySignInNeeded(account=user.account.company_name, provider=provider.name, name=user.account.name)
