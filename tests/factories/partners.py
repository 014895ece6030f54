"""Partners and their people."""

from __future__ import annotations

from itertools import count

from tests.factories.accounts import make_account, make_factor, make_person

from fondaco.accounts.models import Person
from fondaco.partners.models import Member, MemberRole, Partner

_numbers = count(1)


def make_partner(name: str = "Ledgerline GmbH") -> Partner:
    """A partner with its developer account; a number is added when the name is taken."""
    if Partner.objects.filter(name=name).exists():
        name = f"{name} {next(_numbers)}"
    account = make_account(f"dev-{next(_numbers)}", company_name=f"{name} (developer)", is_sandbox=True)
    return Partner.objects.create(
        name=name,
        website="https://ledgerline.example",
        contact_email="hello@ledgerline.example",
        developer_account=account,
    )


def make_member(
    partner: Partner | None = None,
    *,
    role: MemberRole = MemberRole.OWNER,
    person: Person | None = None,
    has_factor: bool = True,
) -> Member:
    """A person who works for a partner. Owners have an authenticator app, as they must."""
    names = {
        MemberRole.OWNER: "Mara Lind",
        MemberRole.DEVELOPER: "Devi Rao",
        MemberRole.MARKETING: "Milo Brandt",
        MemberRole.FINANCE: "Fenna Vos",
    }
    person = person or make_person(names[role])
    if has_factor and role == MemberRole.OWNER:
        make_factor(person)
    return Member.objects.create(partner=partner or make_partner(), person=person, role=role.value)
