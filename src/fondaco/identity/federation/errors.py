"""What can go wrong on the way through a company's own sign-in, each in words for whoever stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from fondaco.identity.federation.findings import Finding
from fondaco.kit.errors import Conflict, DomainError, Unavailable


class SignInFailed(DomainError):
    """The way in through a provider ended here: nobody was signed in."""

    code = "sign-in-failed"
    status = 403


class NoCompanySignIn(SignInFailed):
    """The same for an account that has none and for one that does not exist."""

    code = "no-company-sign-in"
    status = 404
    message = _(
        "No sign-in of a company is set up under “%(name)s”. Check the spelling of the account's name, "
        "or sign in with your e-mail address and password."
    )


class SignInForgotten(SignInFailed):
    code = "sign-in-forgotten"
    status = 400
    message = _(
        "This browser did not begin this sign-in, or began it more than ten minutes ago. Nobody was signed in. "
        "Begin again."
    )


class ProviderRefused(SignInFailed):
    code = "provider-refused"
    message = _(
        "%(provider)s did not let you through (%(error)s). You were not signed in. "
        "Try again, or ask your administrator whether you may use this platform."
    )


class ProviderUnreachable(Unavailable):
    code = "provider-unreachable"
    message = _(
        "%(provider)s does not answer properly: %(detail)s. You were not signed in. "
        "Try again in a minute; if it stays like this, tell your administrator."
    )


class ProviderWrong(SignInFailed):
    """It answered, but what it says cannot be trusted."""

    code = "provider-wrong"
    message = _(
        "What %(provider)s told us about you cannot be trusted: %(detail)s. You were not signed in. "
        "Tell your administrator this sentence; they can test the sign-in on its settings page."
    )


class EmailUnproven(SignInFailed):
    code = "email-unproven"
    message = _(
        "%(provider)s does not say that your e-mail address is yours (email, email_verified). You were not signed in. "
        "Have your address confirmed there, or ask your administrator."
    )


class DomainNotAllowed(SignInFailed):
    code = "domain-not-allowed"
    message = _(
        "Addresses like %(email)s are not let in through this sign-in. You were not signed in. "
        "Ask an administrator of %(account)s to invite you."
    )


class SeatEnded(SignInFailed):
    code = "seat-ended"
    message = _(
        "Your access to %(account)s was ended by an administrator. You were not signed in. Ask them if that is a "
        "mistake."
    )


class ConfirmationNeeded(SignInFailed):
    """Someone has this address here already; a provider's word is not enough to become them."""

    code = "confirmation-needed"
    status = 409
    message = _(
        "There is a login with the address %(email)s already. To connect it with %(provider)s, "
        "sign in with its password once. Nothing was changed."
    )

    def __init__(self, *, email: str, **params: Any) -> None:
        super().__init__(email=email, **params)
        self.email = email


class RoleTooMuch(SignInFailed):
    """A role was given more permissions after the provider was allowed to hand it out."""

    code = "role-too-much"
    message = _(
        "The role %(role)s allows more by now than whoever set this sign-in up may give. You were not signed in. "
        "Ask an administrator of %(account)s to save the settings of the sign-in once more."
    )


class NotTheSamePerson(SignInFailed):
    code = "not-the-same-person"
    message = _(
        "You signed in as %(mine)s, but %(provider)s knows you as %(email)s. Nothing was connected. "
        "Sign in with the password of %(email)s."
    )


class CompanySignInNeeded(SignInFailed):
    code = "company-sign-in-needed"
    message = _(
        "%(account)s wants its people to sign in through %(provider)s. You were not signed in to the app. "
        "Sign in that way and open it again."
    )


class TokensNotTaken(SignInFailed):
    """A personal access token at the door of an account that wants its people to come through its provider."""

    code = "tokens-not-taken"
    message = _(
        "%(account)s takes its people through %(provider)s only, so their access tokens open nothing there, except "
        "those of its administrators. Nothing was done. Sign in that way and use the pages, or ask an administrator."
    )


class LeadsNobodyIn(Conflict):
    """``findings`` are the lines of the test, the bad ones among them."""

    code = "sign-in-leads-nobody-in"
    message = _(
        "As it stands, nobody could sign in this way: %(why)s It was not switched on. "
        "Mend what the test found, then switch it on."
    )

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(why=" ".join(one.text for one in findings if one.tone == "bad"))
        self.findings = list(findings)


class IssuerLeadsNobodyIn(LeadsNobodyIn):
    """The same of another issuer, for a sign-in that is switched on."""

    code = "issuer-leads-nobody-in"
    message = _(
        "Nobody could sign in through this issuer: %(why)s Nothing was saved, and people still sign in as before. "
        "Mend what the test found, or switch the sign-in off before you change it."
    )


class ProviderChanged(Conflict):
    code = "provider-changed"
    message = _(
        "Someone else saved the sign-in while you were editing it. Nothing of yours was saved. "
        "Reload the page to see how it is now, and make your change again."
    )
