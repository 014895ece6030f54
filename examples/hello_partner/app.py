"""The example partner app: `python examples/hello_partner/app.py --port 8100`.

One process serves any number of apps; everything is keyed by installation id. Start reading here.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from types import FrameType

if not __package__:
    # Run as a file: make `hello_partner` importable, and keep this folder's names from hiding other modules.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from flask import Flask, abort, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from hello_partner import about, events, logout, sign_on
from hello_partner.lifecycle import Lifecycle
from hello_partner.misbehave import EVERY_APP, MODES, Switch
from hello_partner.platform_client import make_http_client
from hello_partner.settings import DEFAULT_PORT, Settings, read_settings
from hello_partner.signatures import SignatureKeys
from hello_partner.standard_webhooks import StandardWebhooks
from hello_partner.store import Store
from hello_partner.tokens import Tokens
from hello_partner.worker import Worker

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(settings: Settings) -> Flask:
    """Build the app and start its background worker."""
    app = Flask("hello_partner", root_path=str(Path(__file__).parent), template_folder="pages")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    store = Store(settings.database)
    http = make_http_client()
    tokens = Tokens(http)
    switch = Switch(store, settings.misbehave)
    lifecycle = Lifecycle(store, http, tokens, switch)
    worker = Worker(store, lifecycle.handle)
    signatures = events.Signatures(
        SignatureKeys(http, settings.platforms),
        StandardWebhooks(http, settings.platforms, settings.webhook_secret),
    )
    app.register_blueprint(events.make_blueprint(store, signatures, worker, switch, settings.hang_seconds))
    app.register_blueprint(
        sign_on.make_blueprint(settings, store, sign_on.SignOn(settings, store, http, tokens, lifecycle))
    )
    app.register_blueprint(about.make_blueprint())
    app.register_blueprint(logout.make_blueprint(logout.Logout(store, logout.IssuerKeys(http))))
    add_pages(app, settings, store, switch)
    worker.start()
    return app


def add_pages(app: Flask, settings: Settings, store: Store, switch: Switch) -> None:
    """The developer's own page, the switch, health, errors."""

    @app.context_processor
    def shared_values() -> dict[str, object]:
        return {"contact": settings.contact}

    @app.template_filter("moment")
    def moment(seconds: float) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))

    @app.get("/")
    def home() -> str:
        installations = store.list_installations()
        return render_template(
            "home.html",
            installations=installations,
            people=store.count_people(),
            events=store.list_events(),
            apps={row.app_id: row.app_name or row.app_id[:8] for row in installations},
            modes=MODES,
            everyone=switch.get(EVERY_APP),
            conduct=store.get_conduct(),
            platforms=sorted(settings.platforms),
        )

    @app.post("/misbehave")
    def misbehave() -> Response:
        # Another site's page must not flip the switch through a visitor's browser.
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            abort(403)
        app_id = request.form.get("app_id", "").strip() or EVERY_APP
        try:
            switch.set(app_id, request.form.get("mode", ""), request.form.get("reason", ""))
        except ValueError as error:
            return make_response(jsonify(error=str(error)), 422)
        return redirect(url_for("home"), 303)

    @app.get("/health")
    def health() -> Response:
        return jsonify(status="ok", unfinished_events=store.count_unfinished())

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[str, int]:
        status = error.code or 500
        title = "There is no such page" if status == 404 else error.name
        reference = secrets.token_hex(4)
        logging.getLogger("hello_partner").info("%s %s, reference %s", status, request.path, reference)
        message = error.description or "Nothing was changed."
        return render_template("error.html", title=title, message=message, reference=reference), status

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if response.mimetype == "text/html":
            response.headers["Cache-Control"] = "no-store"
        return response


def main() -> int:
    """Serve until Ctrl-C or SIGTERM. Events that are not done by then are resumed at the next start."""
    parser = argparse.ArgumentParser(description="The example partner app. Settings: HELLO_*, see README.md.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", DEFAULT_PORT)))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout)
    for noisy in ("werkzeug", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        app = create_app(read_settings(arguments.port))
    except (OSError, ValueError) as error:
        print(f"Hello Partner cannot start: {error}", file=sys.stderr)
        return 1
    server = make_server(arguments.host, arguments.port, app, threaded=True)
    logging.getLogger("hello_partner").info("listening on http://%s:%d", arguments.host, server.server_port)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
