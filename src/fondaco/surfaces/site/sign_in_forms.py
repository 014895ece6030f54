"""The form that asks for a new password."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

from fondaco.accounts.models import Person
from fondaco.kit.ids import new_id
from fondaco.notify.mails import password_reset


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """Has a letter written to whoever has the address; the answer and the work until it are the same for nobody.

    No event: asking changes nothing, and strangers could fill the trail, of which nothing is ever removed.
    """

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Queues the letter, for an unknown address one about nobody, which is never written."""
        email: str = self.cleaned_data["email"]
        found = Person.objects.filter(email=email).values_list("pk", flat=True).first()
        password_reset.MAIL.queue(found or new_id())
        return email
