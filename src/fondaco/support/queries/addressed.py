"""To whom operators can write of their own accord."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from fondaco.accounts.models import Account, Operator
from fondaco.accounts.queries import get_account
from fondaco.kit.errors import Invalid
from fondaco.partners.models import Partner
from fondaco.partners.queries import get_partner
from fondaco.support.policies import check_can_answer
from fondaco.support.queries.view import InView, look_at_installation
from fondaco.support.states import Side


@dataclass(frozen=True, slots=True)
class Addressed:
    """An account, a partner, or those two of an installation, which is in view then."""

    account: Account | None = None
    partner: Partner | None = None
    view: InView | None = None

    @property
    def names(self) -> dict[Side, str]:
        """Who can take part, by side, the customer first."""
        of_account = {Side.CUSTOMER: self.account.company_name} if self.account else {}
        return of_account | ({Side.PARTNER: self.partner.name} if self.partner else {})


def find_addressed(by: Operator, *, installation_id: str = "", account_id: str = "", partner_id: str = "") -> Addressed:
    """What the one id that is given names. Raises :class:`NotFound`, or :class:`Invalid` for none or several."""
    check_can_answer(by)
    if [bool(installation_id), bool(account_id), bool(partner_id)].count(True) != 1:
        raise Invalid(fields={"to": [_("Name an installation, an account or a partner, and only one of them.")]})
    if installation_id:
        view = look_at_installation(by, installation_id)
        assert view.installation is not None
        return Addressed(view.installation.account, view.app.partner, view)
    if account_id:
        return Addressed(account=get_account(by, account_id))
    return Addressed(partner=get_partner(by, partner_id))
