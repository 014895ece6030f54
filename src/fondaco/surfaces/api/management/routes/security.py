"""Where the token's owner is signed in, what they prove themselves by, and who they are to others."""

from __future__ import annotations

from fondaco.accounts import actions as people
from fondaco.accounts.queries import find_pending_email
from fondaco.identity import policies
from fondaco.identity.actions import end_login_session, end_other_sessions, set_up_first_factor
from fondaco.identity.factors import count_recovery_codes, list_factors
from fondaco.identity.queries import get_open_session, list_open_sessions
from fondaco.identity.tries import check_password
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import ranked_page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.security import (
    AuthenticatorBody,
    EmailBody,
    FactorShape,
    NameBody,
    RecoveryCodesShape,
    SecurityShape,
    SessionShape,
)

routes = Routes("Me", Place.PERSON)


@routes.replaces("/me/name", SecurityShape)
def rename_me(request: Request, body: NameBody) -> SecurityShape:
    """Changes how others see the person's name."""
    people.rename_person(actor=request.caller.actor, person=request.caller.person, name=body.name)
    return _security(request)


@routes.reads("/me/security", SecurityShape)
def get_security(request: Request) -> SecurityShape:
    """What the person proves themselves by besides the password, and whether they must."""
    return _security(request)


@routes.does("/me/email", SecurityShape)
def change_email(request: Request, body: EmailBody) -> SecurityShape:
    """Mails a link to the new address; until it is opened the old one counts, and that is told."""
    actor, person = request.caller.actor, request.caller.person
    check_password(actor=actor, person=person, password=body.password)
    people.request_email_change(actor=actor, person=person, email=body.email)
    return _security(request)


@routes.removes("/me/email")
def keep_email(request: Request) -> None:
    """Takes a change back that nobody confirmed yet."""
    people.withdraw_email_change(actor=request.caller.actor, person=request.caller.person)


@routes.serve("POST", "/me/authenticator", RecoveryCodesShape, status=201, without_factor=True)
def set_up_authenticator(request: Request, body: AuthenticatorBody) -> RecoveryCodesShape:
    """Sets up an authenticator app whose secret the caller made; only as the first second factor.

    Until they have one, operators and owners of partners can call nothing else. The recovery codes are shown once.
    """
    codes = set_up_first_factor(
        actor=request.caller.actor,
        person=request.caller.person,
        password=body.password,
        secret=body.secret,
        code=body.code,
    )
    return RecoveryCodesShape(recovery_codes=codes)


@routes.reads("/me/sessions", Page[SessionShape])
def list_sessions(request: Request, cursor: Cursor = None, limit: Limit = 20) -> Page[SessionShape]:
    """Where the person is signed in with a browser, last used first."""
    return ranked_page(list_open_sessions(request.caller.person), SessionShape.of, cursor=cursor, limit=limit)


@routes.removes("/me/sessions/{session_id}")
def end_one_session(request: Request, session_id: str) -> None:
    """Signs one browser out, and ends what apps got there."""
    session = get_open_session(request.caller.person, session_id)
    end_login_session(actor=request.caller.actor, session_id=session.pk)


@routes.removes("/me/sessions")
def end_all_sessions(request: Request) -> None:
    """Signs all browsers out, and ends what apps got there. Tokens like the one of this request go on working."""
    end_other_sessions(actor=request.caller.actor, person=request.caller.person)


def _security(request: Request) -> SecurityShape:
    person = request.caller.person
    pending = find_pending_email(person)
    return SecurityShape(
        name=person.name,
        email=person.email,
        pending_email=pending.email if pending else None,
        must_have_second_factor=policies.must_have_second_factor(person),
        factors=[FactorShape.of(factor) for factor in list_factors(person)],
        recovery_codes_left=count_recovery_codes(person),
    )
