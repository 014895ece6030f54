"""By what ID tokens are signed, as both forms ask: that of a version, and that of a client of one's own."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.models import IdTokenAlgorithm
from fondaco.surfaces.portal.forms.needed import NeededLater


class AlgorithmField(NeededLater, forms.ChoiceField):
    """``id_token_signed_response_alg``. Who leaves it out keeps what there is."""

    def __init__(self) -> None:
        super().__init__(
            label=_("ID tokens are signed by"),
            choices=[
                (IdTokenAlgorithm.ES256.value, _("ES256: short and fast")),
                (
                    IdTokenAlgorithm.RS256.value,
                    _("RS256: what every OpenID library knows, and some expect unless told otherwise"),
                ),
            ],
            widget=forms.RadioSelect(),
            initial=IdTokenAlgorithm.ES256.value,
            help_text=_(
                "The library that signs people in must expect the same (id_token_signed_response_alg). "
                "Logout tokens are signed so, too; access tokens stay ES256."
            ),
        )
