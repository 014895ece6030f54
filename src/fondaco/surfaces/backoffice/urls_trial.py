"""Trials, as far as the platform's staff decides about them."""

from django.urls import path

from fondaco.surfaces.backoffice.views import trials

urlpatterns = [path("installations/<str:installation_id>/trial", trials.extend, name="extend_trial")]
