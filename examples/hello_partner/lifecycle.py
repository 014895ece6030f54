"""The eight events of an installation's life, one function each. All of them may run twice and do no harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from hello_partner.misbehave import Switch
from hello_partner.platform_client import PlatformClient, PlatformError, claim_credentials
from hello_partner.store import CREDENTIALS, Installation, Store, StoredEvent
from hello_partner.tokens import TokenRefusedError, Tokens
from hello_partner.worker import CannotHandleError

Body = dict[str, Any]
OPTIONAL_READ = frozenset({400, 403, 404})


class Lifecycle:
    """Does what an event asks for. `handle` is what the worker calls."""

    def __init__(self, store: Store, http: httpx.Client, tokens: Tokens, switch: Switch) -> None:
        self._store = store
        self._http = http
        self._tokens = tokens
        self._switch = switch
        self._handlers: dict[str, Callable[[Body], str]] = {
            "app.installed": self._installed,
            "app.updated": self._updated,
            "app.uninstalled": self._uninstalled,
            "app.trial_started": self._trial_started,
            "app.trial_extended": self._trial_extended,
            "app.trial_ended": self._trial_ended,
            "app.credentials_rotated": self._credentials_rotated,
            "user.logout": self._user_logged_out,
        }

    def handle(self, event: StoredEvent) -> str:
        """Returns one line on what was done. Types that a newer platform may add are let pass."""
        handler = self._handlers.get(event.type)
        return handler(json.loads(event.body)) if handler else "not a type we know"

    def refresh(self, installation: Installation) -> Installation:
        """Read the facts again and keep them: app, account, installation, plan, people."""
        client = self._client(installation)
        app = _optional(client.read_app)
        account = _optional(client.read_account)
        details = client.read_installation()
        plan = _optional(client.read_subscription)
        people = [(str(user["id"]), user.get("name") or "", user.get("email") or "") for user in client.list_users()]
        licences = plan.get("total_licenses")
        self._store.replace_people(installation.id, people)
        return self._store.change_installation(
            installation.id,
            app_name=app.get("display_name") or app.get("name") or installation.app_name,
            company=account.get("company_name") or installation.company or installation.account_name,
            installed_by=details.get("_embedded", {}).get("created_by", {}).get("name") or installation.installed_by,
            plan=plan.get("name") or installation.plan,
            plan_type=plan.get("type") or installation.plan_type,
            licences=installation.licences if licences is None else int(licences),
        )

    def _client(self, installation: Installation) -> PlatformClient:
        return PlatformClient(self._http, self._tokens, installation)

    def _known(self, body: Body) -> Installation:
        installation = self._store.get_installation(body["data"]["installation_id"])
        if installation is None:
            raise CannotHandleError("we never heard of this installation")
        if installation.state == "uninstalled":
            raise CannotHandleError("the installation is gone")
        return installation

    def _installed(self, body: Body) -> str:
        data, links = body["data"], body["_links"]
        root = links["root"]["href"].rstrip("/")
        fallback = f"{root}/apps/{body['app_id']}/installations/{data['installation_id']}"
        installation = self._store.put_installation(
            data["installation_id"],
            root=root,
            app_id=body["app_id"],
            state="installing",
            version_name=body.get("app_version_name") or "",
            account_id=data["account_id"],
            account_name=data["account_name"],
            authorization_url=links["authorization"]["href"],
            tokens_url=links["tokens"]["href"],
            userinfo_url=links.get("userinfo", {}).get("href") or f"{root}/users/me",
            installation_url=links.get("installation", {}).get("href") or fallback,
            **self._credentials(body),
        )
        # Credentials may be fresh although the client id is not.
        self._tokens.forget(installation)
        if self._store.is_uninstall_waiting(installation.id):
            return "credentials kept to answer the uninstall that follows"
        conduct = self._switch.get(installation.app_id)
        if conduct.mode == "reject":
            app = _optional(self._client(installation).read_app)
            note = self._client(installation).answer(is_approved=False, reason=conduct.reason)
            name = app.get("display_name") or app.get("name") or ""
            self._store.change_installation(installation.id, state="rejected", app_name=name)
            return note
        installation = self.refresh(installation)
        people = self._store.count_people().get(installation.id, 0)
        reason = f"Ready for {people} {'person' if people == 1 else 'people'}."
        note = self._client(installation).answer(is_approved=True, reason=reason)
        self._store.change_installation(installation.id, state="active")
        return note

    def _credentials(self, body: Body) -> dict[str, str]:
        """What proves that we are this installation: in the event, or fetched once from the link in its place. The
        client secret is not kept: we never use it, and what is not kept cannot leak."""
        data, link = body["data"], body["_links"].get("credentials", {}).get("href")
        if data.get("private_key") or not link:
            return _pick(data)
        known = self._store.get_installation(data["installation_id"])
        if known is not None and known.client_id == data["client_id"] and known.private_key:
            return {name: getattr(known, name) for name in CREDENTIALS}  # fetched before we were interrupted
        return _pick(claim_credentials(self._http, body["_links"]["root"]["href"].rstrip("/"), link))

    def _updated(self, body: Body) -> str:
        installation = self._known(body)
        conduct = self._switch.get(installation.app_id)
        if conduct.mode == "reject":
            return self._client(installation).answer(is_approved=False, reason=conduct.reason)
        # The event holds only what changes. Reading everything again is right even if an earlier event was lost.
        self.refresh(installation)
        note = self._client(installation).answer(is_approved=True, reason="Updated.")
        version = body.get("app_version_name") or installation.version_name
        self._store.change_installation(installation.id, state="active", version_name=version)
        return note

    def _uninstalled(self, body: Body) -> str:
        installation = self._known(body)
        conduct = self._switch.get(installation.app_id)
        try:
            if conduct.mode == "reject":
                return self._client(installation).answer(is_approved=False, reason=conduct.reason)
            note = self._client(installation).answer(is_approved=True, reason="Everything of yours is deleted.")
        except (TokenRefusedError, PlatformError) as error:
            # A forced uninstall, or our own answer before a crash: the credentials are dead, nothing is left to answer.
            if isinstance(error, PlatformError) and not error.is_final and error.status != httpx.codes.UNAUTHORIZED:
                raise
            note = "the platform had let go already"
        self._tokens.forget(installation)
        self._store.forget_installation(installation.id)
        return note

    def _trial_started(self, body: Body) -> str:
        return self._trial_until(body, "the trial began")

    def _trial_extended(self, body: Body) -> str:
        return self._trial_until(body, "the trial is longer")

    def _trial_until(self, body: Body, note: str) -> str:
        installation = self._known(body)
        expires_at = body["data"]["expires_at"]
        # An extension may revive a trial that had ended.
        state = "active" if installation.state == "suspended" else installation.state
        self._store.change_installation(installation.id, trial_ends_at=expires_at, state=state)
        return f"{note}: until {expires_at}"

    def _trial_ended(self, body: Body) -> str:
        installation = self._store.get_installation(body["data"]["installation_id"])
        reason = body["data"]["ended_reason"]
        if installation is not None and installation.state == "uninstalled":
            return f"nothing is left whose trial could end: {reason}"  # the usual last event of an uninstalled app
        installation = self._known(body)
        state = "suspended" if reason == "trial_expired" else installation.state
        self._store.change_installation(installation.id, trial_ends_at="", state=state)
        return f"the trial ended: {reason}"

    def _credentials_rotated(self, body: Body) -> str:
        installation = self._known(body)
        self._tokens.forget(installation)
        # Kept first, acknowledged second: a crash in between leaves us with two sets that work.
        installation = self._store.change_installation(installation.id, **self._credentials(body))
        self._tokens.forget(installation)
        return self._client(installation).acknowledge_credentials()

    def _user_logged_out(self, body: Body) -> str:
        data = body["data"]
        ended = self._store.end_sessions_of(data["installation_id"], data["user_id"], data.get("user_email") or "")
        return f"{ended} {'session' if ended == 1 else 'sessions'} ended"


def _pick(data: Body) -> dict[str, str]:
    return {name: data[name] for name in CREDENTIALS}


def _optional(read: Callable[[], Body]) -> Body:
    """A fact that is nice to have: without its scope, or on a platform that does not serve it, we go on without."""
    try:
        return read()
    except PlatformError as error:
        if error.status in OPTIONAL_READ:
            return {}
        raise
