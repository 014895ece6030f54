import pytest
from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooMany, Unavailable
from fondaco.kit.problems import problem


class TooFull(Conflict):
    code = "too-full"
    message = _("The box holds %(limit)d things. Nothing was added. Remove one first.")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (DomainError, 400, "refused"),
        (Forbidden, 403, "forbidden"),
        (NotFound, 404, "not-found"),
        (Conflict, 409, "conflict"),
        (Invalid, 422, "invalid"),
        (TooMany, 429, "too-many-requests"),
        (Unavailable, 503, "unavailable"),
    ],
)
def test_each_refusal_has_its_status_and_code(kind: type[DomainError], status: int, code: str) -> None:
    assert (kind().status, kind().code) == (status, code)
    assert str(kind()).endswith(".")


def test_params_fill_the_message() -> None:
    error = TooFull(limit=3)
    assert str(error) == "The box holds 3 things. Nothing was added. Remove one first."
    assert error.params == {"limit": 3}


def test_a_message_without_params_may_hold_a_percent_sign() -> None:
    assert str(DomainError("100 % full")) == "100 % full"


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(1, "1 second"), (7, "7 seconds"), (60, "60 seconds"), (61, "2 minutes"), (3600, "60 minutes")],
)
def test_too_many_tells_when(seconds: int, wait: str) -> None:
    error = TooMany(retry_after=seconds)
    assert error.retry_after == seconds
    assert str(error) == f"That was too often. Nothing was changed. Try again in {wait}."


def test_problem_details() -> None:
    error = Invalid(fields={"name": ["Give it a name."]})
    assert problem(error, instance="/api/v1/apps") == {
        "type": "urn:fondaco:error:invalid",
        "title": "Not accepted",
        "status": 422,
        "detail": "Some entries need your attention. Nothing was saved. Correct what is marked and send it again.",
        "code": "invalid",
        "instance": "/api/v1/apps",
        "errors": {"name": ["Give it a name."]},
    }


class Busy(Conflict):
    code = "busy"
    message = "%(who)s is at it."
    shown = ("by",)


def test_what_a_refusal_shows_to_programs_is_a_member_of_its_own() -> None:
    body = problem(Busy(who="Ada", by={"id": "7"}), instance="/")
    assert (body["detail"], body["by"], "who" in body) == ("Ada is at it.", {"id": "7"}, False)


def test_problem_without_field_errors_has_none() -> None:
    assert "errors" not in problem(TooFull(limit=3), instance="/")
