"""Single sign-on: standalone URL → the platform's authorize page → callback → our own session. No click in between."""

from __future__ import annotations

import base64
import json
import logging
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import httpx
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hello_partner.lifecycle import Lifecycle
from hello_partner.platform_client import PlatformError
from hello_partner.settings import Settings
from hello_partner.store import Installation, Session, Store
from hello_partner.tokens import TokenRefusedError, Tokens

log = logging.getLogger("hello_partner")

SESSION_COOKIE = "hello_session"
# Ties a sign-in to the browser that began it, so that nobody can be signed in as somebody else by a link.
BROWSER_COOKIE = "hello_browser"
SIGN_IN_SECONDS = 600
SESSION_SECONDS = 8 * 3600


class SignOnError(Exception):
    """Shown to the person, in words for them; `detail` goes to the log."""

    def __init__(self, title: str, message: str, *, status: int, detail: str = "") -> None:
        super().__init__(message)
        self.title = title
        self.message = message
        self.status = status
        self.detail = detail or title


class NotLicensedError(Exception):
    """Signed in at the platform, but without a licence: authentication is not authorisation."""

    def __init__(self, installation: Installation, name: str) -> None:
        super().__init__(name)
        self.installation = installation
        self.name = name


class SignOn:
    """The steps between the click on the icon and our session."""

    def __init__(
        self, settings: Settings, store: Store, http: httpx.Client, tokens: Tokens, lifecycle: Lifecycle
    ) -> None:
        self._settings = settings
        self._store = store
        self._http = http
        self._tokens = tokens
        self._lifecycle = lifecycle

    def authorize_url(self, installation_id: str, browser: str) -> str:
        """Where to send the browser. The user id in the launch address is only a hint, so it is not even read."""
        installation = self._ready_installation(installation_id)
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._store.add_sign_in(
            state=state, browser=browser, installation_id=installation.id, nonce=nonce, lifetime=SIGN_IN_SECONDS
        )
        query = {
            "client_id": installation.client_id,
            "redirect_uri": self._settings.redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "state": state,
            "nonce": nonce,
        }
        joint = "&" if "?" in installation.authorization_url else "?"
        return f"{installation.authorization_url}{joint}{urlencode(query)}"

    def finish(self, *, state: str, browser: str, code: str, error: str) -> str:
        """The secret of a new session. Raises SignOnError, NotLicensedError."""
        taken = self._store.take_sign_in(state=state, browser=browser) if state and browser else None
        if taken is None:
            raise SignOnError(
                "This sign-in was not begun here",
                "It is too old, was used already, or began in another browser. Nobody was signed in."
                " Open the app again from the platform.",
                status=400,
                detail="unknown state",
            )
        installation_id, nonce = taken
        if error or not code:
            raise SignOnError(
                "The platform did not let you in",
                "It sent you back without a sign-in. Open the app again from the platform;"
                " if it happens twice, write to us.",
                status=403,
                detail=f"authorize answered {error or 'without a code'}",
            )
        installation = self._ready_installation(installation_id)
        try:
            answer = self._tokens.exchange_code(installation, code=code, redirect_uri=self._settings.redirect_uri)
            check_id_token(answer.get("id_token"), nonce=nonce, client_id=installation.client_id)
            person = self._read_person(installation, str(answer["access_token"]))
            self._check_licence(installation, person)
        except (TokenRefusedError, PlatformError, httpx.HTTPError, ValueError, KeyError, TypeError) as problem:
            raise SignOnError(
                "We could not sign you in",
                "The platform did not confirm who you are. Nothing was changed. Try again in a minute;"
                " if it goes on, write to us.",
                status=502,
                detail=f"{type(problem).__name__}: {problem}",
            ) from problem
        token = secrets.token_urlsafe(32)
        session = Session(installation.id, person["id"], person["name"], person["email"], time.time())
        self._store.add_session(token, session, platform_session=str(answer.get("sid", "")), lifetime=SESSION_SECONDS)
        return token

    def _ready_installation(self, installation_id: str) -> Installation:
        installation = self._store.get_installation(installation_id)
        if installation is None or installation.state == "uninstalled":
            raise SignOnError(
                "We do not know this installation",
                "The app was not installed, or has been uninstalled. Ask your administrator to install it.",
                status=404,
            )
        if installation.state == "suspended":
            raise SignOnError(
                "The trial is over",
                "Everything of yours is kept. Your administrator can choose a plan in the platform, then come back.",
                status=403,
            )
        if installation.state == "rejected":
            raise SignOnError(
                "The installation did not succeed",
                "We could not set the app up for your company. Your administrator can try again or write to us.",
                status=403,
            )
        return installation

    def _read_person(self, installation: Installation, token: str) -> dict[str, str]:
        url = installation.userinfo_url
        answer = self._http.get(url, headers={"Authorization": f"Bearer {token}"})
        if not answer.is_success:
            raise PlatformError(url, answer.status_code, answer.text)
        body = answer.json()
        return {"id": str(body.get("id") or body["sub"]), "name": body["name"], "email": body["email"]}

    def _check_licence(self, installation: Installation, person: dict[str, str]) -> None:
        if self._store.is_licensed(installation.id, person["id"]):
            return
        # A licence may have been given a moment ago: ask again before turning somebody away.
        self._lifecycle.refresh(installation)
        if not self._store.is_licensed(installation.id, person["id"]):
            raise NotLicensedError(installation, person["name"])


def check_id_token(token: Any, *, nonce: str, client_id: str) -> None:
    """The token came straight from the token endpoint over our own connection, so its claims are what is to be checked
    (OpenID Connect Core 3.1.3.7, rule 6). Raises ValueError. A platform may send none."""
    if token is None:
        return
    part = str(token).split(".")[1] if str(token).count(".") == 2 else ""
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) or b"{}")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("nonce") != nonce:
        raise ValueError("the ID token answers another sign-in (nonce)")
    if client_id not in audiences:
        raise ValueError("the ID token is meant for another client (aud)")
    if float(claims.get("exp", 0)) < time.time():
        raise ValueError("the ID token has expired (exp)")


def _set_cookie(response: Response, name: str, value: str, *, seconds: int, secure: bool) -> None:
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


def make_blueprint(settings: Settings, store: Store, sign_on: SignOn) -> Blueprint:
    """The pages that a browser walks through."""
    blueprint = Blueprint("sign_on", __name__)

    secure = settings.cookies_are_secure

    @blueprint.get("/start")
    def start() -> Response:
        browser = request.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(32)
        response = redirect(sign_on.authorize_url(request.args.get("talkdesk_installation_id", ""), browser))
        _set_cookie(response, BROWSER_COOKIE, browser, seconds=SIGN_IN_SECONDS, secure=secure)
        return response

    @blueprint.get("/callback")
    def callback() -> Response:
        token = sign_on.finish(
            state=request.args.get("state", ""),
            browser=request.cookies.get(BROWSER_COOKIE, ""),
            code=request.args.get("code", ""),
            error=request.args.get("error", ""),
        )
        # A clean address: code and state do not stay in the history.
        response = redirect(url_for("sign_on.hello"), 303)
        _set_cookie(response, SESSION_COOKIE, token, seconds=SESSION_SECONDS, secure=secure)
        return response

    @blueprint.get("/hello")
    def hello() -> Response:
        session = store.get_session(request.cookies.get(SESSION_COOKIE, ""))
        installation = store.get_installation(session.installation_id) if session else None
        if session is None or installation is None:
            raise SignOnError(
                "You are signed out",
                "Your session here has ended. Open the app again from the platform.",
                status=401,
            )
        people = store.count_people().get(installation.id, 0)
        return make_response(render_template("hello.html", me=session, installation=installation, people=people))

    @blueprint.post("/sign-out")
    def sign_out() -> Response:
        store.end_session(request.cookies.get(SESSION_COOKIE, ""))
        response = redirect(url_for("sign_on.hello"), 303)
        response.delete_cookie(SESSION_COOKIE)
        return response

    @blueprint.app_errorhandler(SignOnError)
    def show_error(problem: SignOnError) -> tuple[str, int]:
        reference = secrets.token_hex(4)
        log.warning("sign-on failed, reference %s: %s", reference, problem.detail)
        page = render_template("error.html", title=problem.title, message=problem.message, reference=reference)
        return page, problem.status

    @blueprint.app_errorhandler(NotLicensedError)
    def show_splash(problem: NotLicensedError) -> tuple[str, int]:
        log.info("no licence for a person of %s", problem.installation.account_name)
        return render_template("splash.html", name=problem.name, installation=problem.installation), 403

    return blueprint
