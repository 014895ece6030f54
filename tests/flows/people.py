"""The people of the flows, and how they sign in."""

from __future__ import annotations

from dataclasses import dataclass

from tests.factories.accounts import PASSWORD, code_of, make_account, make_operator, make_person, make_user
from tests.flows.browser import Browser
from tests.flows.house import House

from fondaco.accounts.models import Account, Operator, User


@dataclass
class Customer:
    """An account with an administrator, a supervisor and an agent, and the administrator's browser."""

    account: Account
    admin: User
    agent: User
    browser: Browser


def sign_in(house: House, email: str, password: str = PASSWORD) -> Browser:
    """A new browser in which someone has signed in through the form."""
    browser = house.browser()
    browser.open("/account/login/")
    page = browser.press("Sign in", {"E-mail address": email, "Password": password})
    if page.title.startswith("One more step"):
        browser.press("Go on", {"Code": code_of()})
    return browser


def hire_operator(house: House) -> tuple[Operator, Browser]:
    """Jon, who holds every role, at the backoffice."""
    jon = make_operator(person=make_person("Jon Okafor", email="jon@fondaco.example", password=PASSWORD))
    return jon, sign_in(house, jon.person.email)


def gain_customer(house: House, name: str = "harbour", company: str = "Harbour Bank") -> Customer:
    """A customer whose administrator is signed in."""
    account = make_account(name, company_name=company)
    admin = make_user(account, person=make_person("Ada Adler", email=f"ada@{name}.example", password=PASSWORD))
    make_user(account, role="supervisor", person=make_person("Samir Sol", email=f"samir@{name}.example"))
    agent = make_user(account, role="agent", person=make_person("Agnes Ahl", email=f"agnes@{name}.example"))
    return Customer(account, admin, agent, sign_in(house, admin.person.email))
