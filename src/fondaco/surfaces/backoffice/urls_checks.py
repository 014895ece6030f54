"""Certification checks on the page of a submission."""

from django.urls import path

from fondaco.surfaces.backoffice.views import checks

_AT = "submissions/<str:track>/<str:submission_id>"

urlpatterns = [
    path(f"{_AT}/findings", checks.show, name="findings"),
    path(f"{_AT}/evidence", checks.evidence, name="evidence"),
    path(f"{_AT}/checks/run", checks.run, name="run_checks"),
    path(f"{_AT}/checks/<slug:check_id>/waive", checks.waive, name="waive_check"),
    path(f"{_AT}/waivers/<str:waiver_id>/withdraw", checks.withdraw, name="withdraw_waiver"),
]
