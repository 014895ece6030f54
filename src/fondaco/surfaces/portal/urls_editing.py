"""Addresses behind the forms: drafts, panels, pictures."""

from django.urls import path

from fondaco.surfaces.portal.views import drafting, pictures, previewing

urlpatterns = [
    path("versions/<str:version_id>/preview", previewing.preview, name="preview"),
    path("drafts/<str:part>/<str:subject_id>", drafting.draft, name="draft"),
    path("drafts/<str:part>/<str:subject_id>/discard", drafting.discard, name="discard_draft"),
    path("versions/<str:version_id>/panels/<str:track>", drafting.panel, name="panel"),
    path("versions/<str:version_id>/screenshots", pictures.screenshots, name="screenshots"),
    path("screenshots/<str:screenshot_id>", pictures.screenshot, name="screenshot"),
    path("screenshots/<str:screenshot_id>/move", pictures.move, name="move_screenshot"),
    path("screenshots/<str:screenshot_id>/remove", pictures.remove_screenshot, name="remove_screenshot"),
]
