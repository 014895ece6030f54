"""Addresses of the customer console."""

from django.urls import path

from fondaco.surfaces.console import urls_support
from fondaco.surfaces.console.views import (
    apps,
    auto_install,
    chronicle,
    explaining,
    installation,
    launching,
    people,
    roles,
    settings,
    sign_in,
    tests,
    upgrading,
)

app_name = "console"

urlpatterns = [
    path("my-apps", apps.show, name="my_apps"),
    path("my-apps/board", apps.refresh, name="my_apps_board"),
    path("my-apps/tests", tests.show, name="tests"),
    path("my-apps/tests/<str:tester_id>/accept", tests.accept, name="accept_test"),
    path("my-apps/tests/<str:tester_id>/decline", tests.decline, name="decline_test"),
    path("my-apps/tests/<str:tester_id>/leave", tests.leave, name="leave_test"),
    path("my-apps/<str:installation_id>", installation.show, name="installation"),
    path("my-apps/<str:installation_id>/settings", settings.change, name="settings"),
    path("my-apps/<str:installation_id>/timeline", chronicle.show, name="timeline"),
    path("my-apps/<str:installation_id>/upgrade", upgrading.upgrade, name="upgrade"),
    path("my-apps/<str:installation_id>/auto-install", auto_install.change, name="auto_install"),
    path("my-apps/<str:installation_id>/retry", installation.retry, name="retry"),
    path("my-apps/<str:installation_id>/uninstall", installation.uninstall, name="uninstall"),
    path("my-apps/<str:installation_id>/force-uninstall", installation.force_uninstall, name="force_uninstall"),
    path("why-not/<slug:slug>", explaining.show, name="why_not"),
    path("launch/<str:installation_id>", launching.launch, name="launch"),
    path("people", people.show, name="people"),
    path("people/invite", people.invite, name="invite"),
    path("people/invitations", people.invitations, name="invitations"),
    path("people/invitations/<str:invitation_id>/resend", people.resend, name="resend_invitation"),
    path("people/invitations/<str:invitation_id>/withdraw", people.withdraw, name="withdraw_invitation"),
    path("people/roles", roles.show_all, name="roles"),
    path("people/roles/new", roles.create, name="create_role"),
    path("people/roles/<str:role_id>", roles.edit, name="role"),
    path("people/roles/<str:role_id>/delete", roles.delete, name="delete_role"),
    path("people/sign-in", sign_in.show, name="sign_in"),
    path("people/sign-in/test", sign_in.test, name="test_sign_in"),
    path("people/sign-in/switch", sign_in.switch, name="switch_sign_in"),
    path("people/sign-in/remove", sign_in.remove, name="remove_sign_in"),
    path("people/<str:user_id>", people.edit, name="person"),
    path("people/<str:user_id>/deactivate", people.deactivate, name="deactivate"),
    path("people/<str:user_id>/reactivate", people.reactivate, name="reactivate"),
    *urls_support.urlpatterns,
]
