"""The pages of django-allauth that we offer, under its own names. What it offers beyond them has no address here."""

from __future__ import annotations

from allauth.account import views
from allauth.mfa.base import views as factor_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import path, re_path
from django.views.generic import RedirectView

from fondaco.surfaces.site.views import addresses, factors

_TO_SECURITY = RedirectView.as_view(pattern_name="site:security")

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),  # closed: it says that people are invited
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("confirm-email/", addresses.sent, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", addresses.confirm, name="account_confirm_email"),
    path("password/set/", RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", _TO_SECURITY, name="mfa_index"),
    path("2fa/code/", factors.ask, name="mfa_authenticate"),
    path("2fa/confirm/", factor_views.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/app/", factors.add_app, name="mfa_activate_totp"),
    path("2fa/app/remove/", factors.remove_app, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", factors.view_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/new/", factors.make_codes, name="mfa_generate_recovery_codes"),
    path("2fa/passkeys/", _TO_SECURITY, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("2fa/passkeys/sign-in/", factors.passkey_sign_in, name="mfa_login_webauthn"),
    path("2fa/passkeys/confirm/", passkey_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/passkeys/<int:pk>/rename/", factors.rename_passkey, name="mfa_edit_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
]
