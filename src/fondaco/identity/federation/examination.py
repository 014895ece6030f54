"""Asks a provider what a sign-in would ask it, and says in words what is well and what is not."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from authlib.oidc.discovery import get_well_known_url
from django.utils.translation import gettext as _

from fondaco.identity.federation.discovery import (
    ALGORITHMS,
    call,
    problem_with_issuer,
    read_keys,
    read_metadata,
    read_object,
)
from fondaco.identity.federation.errors import IssuerLeadsNobodyIn, LeadsNobodyIn, ProviderUnreachable, ProviderWrong
from fondaco.identity.federation.findings import Finding
from fondaco.identity.models import IdentityProvider
from fondaco.kit import clock
from fondaco.kit.errors import DomainError
from fondaco.kit.outbound import Answer
from fondaco.kit.rate import check_rate

_SKEW: Final = timedelta(seconds=60)
_OK: Final = 200


def check_leads_in(provider: IdentityProvider) -> None:
    """Raises :class:`LeadsNobodyIn` with what is found wrong. Whoever must come this way would be locked out."""
    findings = test(provider)
    if any(one.tone == "bad" for one in findings):
        raise LeadsNobodyIn(findings)


def check_may_change_to(provider: IdentityProvider | None, issuer: str) -> None:
    """Raises :class:`IssuerLeadsNobodyIn` for another issuer of a sign-in that is open, by the same test.

    What is no address of an issuer is left to the action, which says so beside the field.
    """
    issuer = issuer.strip()
    if provider is None or not provider.is_enabled or issuer == provider.issuer or problem_with_issuer(issuer):
        return
    findings = _ask(provider, issuer)
    if any(one.tone == "bad" for one in findings):
        raise IssuerLeadsNobodyIn(findings)


def test(provider: IdentityProvider) -> list[Finding]:
    """What is found now, for somebody who asks; twenty times in ten minutes at most for one account."""
    return _ask(provider, provider.issuer)


def examine(issuer: str, *, name: str) -> list[Finding]:
    """What is found at ``issuer``. Calls it twice, so never inside a transaction."""
    findings: list[Finding] = []
    try:
        answer = call(name, "GET", get_well_known_url(issuer, external=True))
        document = _document(answer, name)
        metadata = read_metadata(document, issuer, name=name)
        findings.append(Finding("good", _("Its description was read and speaks for this issuer.")))
        findings += _look_at_clock(answer)
        findings += _look_at_abilities(document)
        keys = read_keys(_document(call(name, "GET", metadata.jwks_uri), name))
    except (ProviderUnreachable, ProviderWrong) as error:
        return [*findings, Finding("bad", _why(error))]
    count = len(keys.keys)
    if count:
        findings.append(Finding("good", _("It publishes keys that we can use: %(count)d.") % {"count": count}))
    else:
        findings.append(Finding("bad", _("It publishes no key that we can use.")))
    return findings


def _ask(provider: IdentityProvider, issuer: str) -> list[Finding]:
    check_rate(f"test-sign-in:{provider.account_id}", limit=20, per=600)
    return examine(issuer, name=provider.name)


def _document(answer: Answer, name: str) -> dict[str, Any]:
    if answer.status != _OK:
        raise ProviderUnreachable(
            provider=name, detail=_("it answered with status %(status)s") % {"status": answer.status}
        )
    return read_object(answer, name=name, what=_("its answer"))


def _look_at_clock(answer: Answer) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        difference = abs(clock.now() - theirs)
    except (TypeError, ValueError):
        return []
    if difference <= _SKEW:
        return []
    seconds = {"seconds": round(difference.total_seconds())}
    return [Finding("warn", _("Its clock and ours differ by %(seconds)d seconds; more than 60 is too much.") % seconds)]


def _look_at_abilities(document: dict[str, Any]) -> list[Finding]:
    findings = []
    signatures = document.get("id_token_signing_alg_values_supported")
    if isinstance(signatures, list) and not set(ALGORITHMS) & set(map(str, signatures)):
        findings.append(Finding("bad", _("It signs in none of the ways that we take.")))
    challenges = document.get("code_challenge_methods_supported")
    if not isinstance(challenges, list) or "S256" not in challenges:
        findings.append(Finding("warn", _("It does not say that it checks PKCE (S256). We send it in any case.")))
    claims = document.get("claims_supported")
    if isinstance(claims, list) and "email_verified" not in claims:
        findings.append(
            Finding("warn", _("It does not say that it tells email_verified; new people can only come in with it."))
        )
    return findings


def _why(error: DomainError) -> str:
    detail = str(error.params["detail"])
    return _("%(detail)s.") % {"detail": detail[:1].upper() + detail[1:]}
