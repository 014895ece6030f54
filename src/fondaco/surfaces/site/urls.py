"""Addresses that belong to no single surface."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from fondaco.surfaces.site.views import (
    design,
    devices,
    federation,
    frame,
    health,
    inbox,
    invitations,
    mails,
    media,
    schemas,
    tokens,
    you,
)

app_name = "site"

_DEVELOPMENT: list[URLPattern] = [
    path("design", design.components, name="design"),
    path("design/data", design.data, name="design_data"),
    path("design/form", design.form, name="design_form"),
    path("design/apps", design.apps, name="design_apps"),
    path("design/notices", design.notices, name="design_notices"),
    path("design/look", design.look, name="design_look"),
    path("inbox", inbox.mails, name="inbox"),
    path("mails", mails.show_all, name="mail_kinds"),
    path("mails/<slug:name>", mails.show, name="mail_kind"),
    path("mails/<slug:name>/html", mails.show_html, name="mail_kind_html"),
    path("inbox/<slug:mail_id>", inbox.mail, name="inbox_mail"),
    path("inbox/<slug:mail_id>/html", inbox.mail_html, name="inbox_mail_html"),
]

urlpatterns = [
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("home", frame.home, name="home"),
    path("place", frame.switch_place, name="switch_place"),
    path("invitations/<str:token>", invitations.accept, name="invitation"),
    path("you", you.profile, name="you"),
    path("you/email", you.change_email, name="change_email"),
    path("you/email/keep", you.withdraw_email, name="withdraw_email"),
    path("you/security", you.security, name="security"),
    path("you/second-factor", you.second_factor, name="second_factor"),
    path("you/sessions", you.sessions, name="sessions"),
    path("you/sessions/end", you.end_sessions, name="end_sessions"),
    path("you/sessions/<str:session_id>/end", you.end_session, name="end_session"),
    path("you/tokens", tokens.show, name="tokens"),
    path("you/tokens/new", tokens.make, name="new_token"),
    path("you/tokens/revoke-all", tokens.revoke_all, name="revoke_tokens"),
    path("you/tokens/<str:token_id>/revoke", tokens.revoke, name="revoke_token"),
    path("device", devices.approve, name="device"),
    path("sign-in", federation.choose, name="choose_company"),
    path("sign-in/<slug:account>", federation.show, name="company_sign_in"),
    path("sign-in/<slug:account>/go", federation.go, name="company_sign_in_go"),
    path("sign-in/<slug:account>/return", federation.come_back, name="company_sign_in_return"),
    path("connect-login", federation.connect_login, name="connect_login"),
    path("theme", frame.set_theme, name="set_theme"),
    path("media/<path:path>", media.picture, name="media"),
    path("schemas/fondaco.toml/v1.json", schemas.manifest, name="manifest_schema"),
    *(_DEVELOPMENT if settings.DEVELOPMENT else []),
]
