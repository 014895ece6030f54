"""Addresses that belong to no single surface."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from fondaco.surfaces.site.views import design, federation, frame, health, inbox, invitations, media

app_name = "site"

_DEVELOPMENT: list[URLPattern] = [
    path("design", design.components, name="design"),
    path("design/data", design.data, name="design_data"),
    path("design/form", design.form, name="design_form"),
    path("design/apps", design.apps, name="design_apps"),
    path("design/notices", design.notices, name="design_notices"),
    path("design/look", design.look, name="design_look"),
    path("inbox", inbox.mails, name="inbox"),
    path("inbox/<slug:mail_id>", inbox.mail, name="inbox_mail"),
    path("inbox/<slug:mail_id>/html", inbox.mail_html, name="inbox_mail_html"),
]

urlpatterns = [
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("home", frame.home, name="home"),
    path("place", frame.switch_place, name="switch_place"),
    path("invitations/<str:token>", invitations.accept, name="invitation"),
    path("sign-in", federation.choose, name="choose_company"),
    path("sign-in/<slug:account>", federation.show, name="company_sign_in"),
    path("sign-in/<slug:account>/go", federation.go, name="company_sign_in_go"),
    path("sign-in/<slug:account>/return", federation.come_back, name="company_sign_in_return"),
    path("connect-login", federation.connect_login, name="connect_login"),
    path("theme", frame.set_theme, name="set_theme"),
    path("media/<path:path>", media.picture, name="media"),
    *(_DEVELOPMENT if settings.DEVELOPMENT else []),
]
