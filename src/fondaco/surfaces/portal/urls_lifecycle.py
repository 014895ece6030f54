"""Who may try a version, and the ends of an app: another partner's, or none."""

from django.urls import path

from fondaco.surfaces.portal.views import retiring, testing, transfers

urlpatterns = [
    path("versions/<str:version_id>/install", testing.install, name="install_version"),
    path("versions/<str:version_id>/install-link", testing.make_link, name="make_link"),
    path("versions/<str:version_id>/install-link/end", testing.end_link, name="end_link"),
    path("versions/<str:version_id>/retire", retiring.retire_version, name="retire_version"),
    path("apps/<str:app_id>/test-accounts", testing.testers, name="testers"),
    path("apps/<str:app_id>/test-accounts/<str:tester_id>/remove", testing.remove, name="remove_tester"),
    path("apps/<str:app_id>/transfer", transfers.offer, name="offer_app"),
    path("apps/<str:app_id>/retire", retiring.retire_app, name="retire_app"),
    path("transfers", transfers.show_all, name="transfers"),
    path("transfers/<str:transfer_id>", transfers.show, name="transfer"),
    path("transfers/<str:transfer_id>/accept", transfers.accept, name="accept_transfer"),
    path("transfers/<str:transfer_id>/decline", transfers.decline, name="decline_transfer"),
    path("transfers/<str:transfer_id>/withdraw", transfers.withdraw, name="withdraw_transfer"),
]
