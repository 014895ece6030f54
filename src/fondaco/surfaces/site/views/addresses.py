"""django-allauth's page behind the mailed link that proves an address; what it changes is an action of ours."""

from __future__ import annotations

from allauth.account.models import EmailConfirmationHMAC
from allauth.account.views import ConfirmEmailView, email_verification_sent
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from fondaco.accounts.errors import EmailLinkOver


class ConfirmView(ConfirmEmailView):  # type: ignore[misc]  # allauth has no types
    """Asks before it acts: opening the page changes nothing, since programs open links, too."""

    def get_object(self, queryset: object = None) -> EmailConfirmationHMAC:
        """What the key stands for; :class:`EmailLinkOver` once it was used, taken back or is too old."""
        try:
            return super().get_object(queryset)
        except Http404 as missing:
            raise EmailLinkOver from missing

    def logout_other_user(self, confirmation: EmailConfirmationHMAC) -> None:
        """Nobody is signed out by a link that somebody else may have sent them."""


confirm = never_cache(ConfirmView.as_view())


def sent(request: HttpRequest) -> HttpResponse:
    """Says that a letter is on its way to who was not signed in for want of it; others have nothing to wait for."""
    if request.user.is_authenticated:
        return redirect("site:you")
    page: HttpResponse = email_verification_sent(request)
    return page
