"""``fondaco login``, ``logout`` and ``whoami``: work with a house over HTTP, from any machine.

They need neither Django nor a database, only httpx.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from fondaco.cli import credentials
from fondaco.cli.starting import refuse

_PANEL = "From any machine"
_PROGRAM = "fondaco-cli"
_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_HERE = "http://127.0.0.1:8000"
_SLOWER_BY = 5  # RFC 8628 §3.5
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_URL_NAME = "FONDACO_URL"
_TOKEN_NAME = "FONDACO_TOKEN"  # noqa: S105 - the name of the variable
_TOLD = {"device_code", "user_code", "verification_uri", "verification_uri_complete", "interval", "expires_in"}

Url = Annotated[
    str, typer.Option("--url", help="Address of the house. Default: the one signed in to last.", show_default=False)
]


def login(
    url: Url = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="A permission that is needed; repeat it. Default: all that you have.")
    ] = None,
) -> None:
    """Sign in to a house: shows a code, which you type in your browser; keeps the token in a file of yours.

    The file is `~/.config/fondaco/credentials.toml` (or under XDG_CONFIG_HOME), readable by you alone.
    """
    house = choose_house(url, default=_HERE)
    form = {"client_id": _PROGRAM, "device_name": socket.gethostname()[:60], "scope": " ".join(scope or [])}
    status, asked = _send("POST", f"{house}/api/v1/device/code", form=form)
    if status != 200 or not set(asked) >= _TOLD:
        refuse(f"{house} did not begin a sign-in: {_reason(asked)}")
    page, code, whole = (_line(asked[name]) for name in ("verification_uri", "user_code", "verification_uri_complete"))
    typer.echo(f"Open {page} in a browser and type this code:\n\n    {code}\n")
    typer.echo(f"Or open {whole} and compare the code.\nWaiting for you there; Ctrl-C stops.")
    token = _wait(house, asked)
    if not token:
        refuse("Nobody typed the code in time. Nothing was kept; run `fondaco login` again.")
    _keep(house, token)
    status, me = _send("GET", f"{house}/api/v1/me", token=token)
    name = f" as {_line(me['person']['name'])}" if status == 200 else ""
    typer.echo(f"Signed in to {house}{name}. The token is in {credentials.file()}.")


def logout(url: Url = "") -> None:
    """Sign out of a house: revokes the token there and forgets it here."""
    house, token = find_token(url)
    status, answer = _send("POST", f"{house}/api/v1/personal-tokens/revoke", token=token, fails=False)
    if status not in {204, 401}:
        refuse(f"{house} did not revoke the token: {_reason(answer)} It was kept; try again.")
    credentials.forget(house)
    typer.echo(f"Signed out of {house}. " + ("The token is revoked." if status == 204 else "The token was over."))


def whoami(url: Url = "") -> None:
    """Say who you are in a house, where you work there, and what the token may do."""
    house, token = find_token(url)
    status, me = _send("GET", f"{house}/api/v1/me", token=token)
    if status == 401:
        refuse(f"The token for {house} is over or was revoked. `fondaco login --url {house}` makes a new one.")
    if status != 200:
        refuse(f"{house} did not answer: {_reason(me)}")
    typer.echo(_line(f"{me['person']['name']} <{me['person']['email']}> at {house}"))
    for place in me["places"]:
        typer.echo(_line(f"  {place['kind']} {place['name']}: {', '.join(place['permissions']) or 'nothing'}"))
    ends = me["token"]["expires_at"]
    typer.echo(_line(f"Token {me['token']['name']} ({me['token']['hint']}…) ends {ends[:10] if ends else 'never'}."))


def _wait(house: str, asked: Mapping[str, Any]) -> str:
    """The token, or "" when time ran out. A house that does not answer for a moment is asked again."""
    interval, give_up = int(asked["interval"]), time.monotonic() + int(asked["expires_in"])
    form = {"grant_type": _GRANT, "client_id": _PROGRAM, "device_code": str(asked["device_code"])}
    while time.monotonic() < give_up:
        time.sleep(interval)
        status, answer = _send("POST", f"{house}/api/v1/device/token", form=form, fails=False)
        if status == 200:
            return str(answer["access_token"])
        match answer.get("error"):
            case "authorization_pending":
                continue
            case "slow_down":
                interval += _SLOWER_BY
            case "access_denied":
                refuse("The request was refused in the browser. Nothing was kept.")
            case "expired_token":
                break
            case _ if status < 500:
                refuse(f"{house} ended the sign-in: {_reason(answer)}")
    return ""


def choose_house(url: str, *, default: str = "") -> str:
    """The house that is meant. A token goes through the open network in no case."""
    try:
        house = (url or os.environ.get(_URL_NAME) or credentials.read().current or default).rstrip("/")
    except credentials.CredentialsUnreadable as problem:
        refuse(str(problem))
    if not house:
        refuse("You are signed in to no house. `fondaco login --url https://…` does it.")
    if not is_safe(house):
        refuse(f"{house} is no address to send a token to: it must begin with https://, or name this machine.")
    return house


def is_safe(address: str) -> bool:
    """Whether a secret may be sent there: over https, or within this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_private = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return bool(parts.hostname) and is_private and not (parts.query or parts.fragment or "@" in parts.netloc)


def find_token(url: str) -> tuple[str, str]:
    """The house that is meant and a token for it: of the environment, as in a job, else of ``fondaco login``."""
    house = choose_house(url)
    named = os.environ.get(_URL_NAME, "").rstrip("/") or url.rstrip("/")
    if (token := os.environ.get(_TOKEN_NAME, "").strip()) and named == house:
        return house, token
    try:
        token = credentials.read().tokens.get(house, "")
    except credentials.CredentialsUnreadable as problem:
        refuse(str(problem))
    if not token:
        refuse(f"You are not signed in to {house}. `fondaco login --url {house}` does it.")
    return house, token


def _keep(house: str, token: str) -> None:
    """A token that cannot be kept is revoked, so that none lies about that nobody has."""
    try:
        credentials.keep(house, token)
    except (OSError, credentials.CredentialsUnreadable) as problem:
        _send("POST", f"{house}/api/v1/personal-tokens/revoke", token=token, fails=False)
        refuse(f"The token could not be kept and was revoked: {problem}")


def _send(
    method: str, url: str, *, form: dict[str, str] | None = None, token: str = "", fails: bool = True
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer. Nobody there ends the command, or counts as status 599 unless ``fails``."""
    import httpx

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        response = httpx.request(method, url, data=form, headers=headers, timeout=20)
        body = response.json() if response.content else {}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        if fails:
            refuse(f"{url} did not answer as a house does: {problem or type(problem).__name__}")
        return 599, {}
    return response.status_code, body if isinstance(body, dict) else {}


def _reason(answer: Mapping[str, Any]) -> str:
    return _line(answer.get("error_description") or answer.get("detail") or "it gave no reason.")


def _line(text: object) -> str:
    """What others wrote, without anything that a terminal would obey."""
    return "".join(each for each in str(text) if each.isprintable())


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (login, logout, whoami):
        app.command(rich_help_panel=_PANEL)(command)
