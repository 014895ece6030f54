"""Addresses of the backoffice, below ``/backoffice/``."""

from django.urls import include, path

from fondaco.surfaces.backoffice import (
    urls_checks,
    urls_deliveries,
    urls_marketplace,
    urls_own_apis,
    urls_review,
    urls_samples,
    urls_tickets,
    urls_trust,
)
from fondaco.surfaces.backoffice.views import (
    access,
    accounts,
    applications,
    events,
    overview,
    partners,
    signing_keys,
    staff,
)

app_name = "backoffice"

urlpatterns = [
    path("", overview.show, name="overview"),
    path("applications", applications.show_all, name="applications"),
    path("applications/<str:application_id>", applications.show, name="application"),
    path("applications/<str:application_id>/question", applications.question, name="question_application"),
    path("applications/<str:application_id>/approve", applications.approve, name="approve_application"),
    path("applications/<str:application_id>/reject", applications.reject, name="reject_application"),
    path("partners", partners.show_all, name="partners"),
    path("partners/<str:partner_id>", partners.show, name="partner"),
    path("partners/<str:partner_id>/invite", partners.invite_again, name="invite_owner"),
    path("accounts", accounts.show_all, name="accounts"),
    path("accounts/<str:account_id>", accounts.show, name="account"),
    *urls_review.urlpatterns,
    *urls_checks.urlpatterns,
    *urls_deliveries.urlpatterns,
    path("access", access.show_all, name="access"),
    path("access/token", access.token, name="access_token"),
    path("access/signing-keys", signing_keys.show, name="signing_keys"),
    path("access/restore/<str:cutoff_id>", access.restore, name="restore_access"),
    path("access/rotate/<str:installation_id>", access.rotate, name="rotate_credentials"),
    *urls_own_apis.urlpatterns,
    path("access/<str:kind>/<str:target_id>", access.show, name="access_target"),
    path("", include("fondaco.surfaces.backoffice.urls_lifecycle")),
    path("", include("fondaco.surfaces.backoffice.urls_trial")),
    path("", include("fondaco.surfaces.backoffice.urls_installations")),
    path("staff", staff.show_all, name="staff"),
    path("staff/appoint", staff.appoint, name="appoint_staff"),
    path("staff/invitations/<str:invitation_id>/resend", staff.resend, name="resend_staff_invitation"),
    path("staff/invitations/<str:invitation_id>/withdraw", staff.withdraw, name="withdraw_staff_invitation"),
    path("staff/<str:operator_id>", staff.edit, name="staff_person"),
    path("staff/<str:operator_id>/deactivate", staff.deactivate, name="deactivate_staff"),
    path("events", events.show_all, name="events"),
    *urls_trust.urlpatterns,
    *urls_tickets.urlpatterns,
    *urls_marketplace.urlpatterns,
    *urls_samples.urlpatterns,
]
