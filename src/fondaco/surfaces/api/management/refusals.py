"""Every refusal of this API, in one shape: problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.identity.errors import TokenRefused
from fondaco.kit.errors import DomainError, Forbidden, Invalid, TooMany
from fondaco.kit.problems import CONTENT_TYPE, problem
from fondaco.surfaces.site.bearer import challenge


class TooLarge(DomainError):
    code = "request-too-large"
    status = 413
    message = gettext_lazy("The request is larger than 4 MiB. Nothing was changed. Send less at once.")


class Fault(DomainError):
    code = "internal-error"
    status = 500
    message = gettext_lazy(
        "Something went wrong on our side. Look whether it was done before you try again; a repetition with the same "
        "Idempotency-Key is safe."
    )


class LoginExists(Forbidden):
    code = "login-exists"
    message = gettext_lazy(
        "There is a login with this address already, so the link alone is not enough. Nothing was changed. "
        "Send the request again with a token of that person."
    )


def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The problem document, with the headers that belong to it."""
    response = JsonResponse(problem(error, instance=request.path), status=error.status, content_type=CONTENT_TYPE)
    if challenged := challenge(error, realm="management" if isinstance(error, TokenRefused) else ""):
        response["WWW-Authenticate"] = challenged
    elif isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def invalid(errors: Iterable[Mapping[str, Any]]) -> Invalid:
    """What pydantic found, as one sentence for each field; a field inside another is ``outer.inner``."""
    fields: dict[str, list[str]] = {}
    for error in errors:
        fields.setdefault(_name(error["loc"]), [_sentence(error)])
    return Invalid(fields=fields)


def _name(place: tuple[Any, ...]) -> str:
    """``("body", "body", "plan_id")`` → ``plan_id``: where it was found and our own argument's name are no fields."""
    source, *parts = place
    if source == "body":
        parts = parts[1:]
    return ".".join(map(str, parts)) or str(source)


def _sentence(error: Mapping[str, Any]) -> str:
    given = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            return _("This is required.")
        case "extra_forbidden":
            return _("There is no such field.")
        case "string_too_long" | "too_long":
            return _("Use at most %(most)d characters.") % {"most": given["max_length"]}
        case "string_too_short" | "too_short":
            least = given["min_length"]
            return _("This is required.") if least == 1 else _("Use at least %(least)d characters.") % {"least": least}
        case "string_type" | "string_unicode":
            return _("This must be text.")
        case "int_type" | "int_parsing" | "int_from_float":
            return _("This must be a whole number.")
        case "bool_type" | "bool_parsing":
            return _("This must be true or false.")
        case "list_type" | "tuple_type":
            return _("This must be a list.")
        case "dict_type" | "model_type" | "model_attributes_type":
            return _("This must be an object.")
        case "literal_error":
            return _("Use one of %(choices)s.") % {"choices": given["expected"]}
        case "string_pattern_mismatch":
            return _("This does not have the right form.")
        case "greater_than_equal":
            return _("Use a number from %(least)s.") % {"least": given["ge"]}
        case "less_than_equal":
            return _("Use a number up to %(most)s.") % {"most": given["le"]}
    return str(error["msg"]).removeprefix("Value error, ")
