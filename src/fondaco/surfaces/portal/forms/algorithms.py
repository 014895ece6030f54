"""By what ID tokens are signed, as both forms ask: that of a version, and that of a client of one's own."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.models import IdTokenAlgorithm

ID_TOKEN_ALGORITHMS: Final[list[tuple[str, Promise]]] = [
    (IdTokenAlgorithm.ES256.value, _("ES256: short and fast")),
    (IdTokenAlgorithm.RS256.value, _("RS256: what every OpenID library knows, and some expect unless told otherwise")),
]
ID_TOKEN_ALGORITHM_HELP: Final = _(
    "The library that signs people in must expect the same (id_token_signed_response_alg). "
    "Logout tokens are signed so, too; access tokens stay ES256."
)
