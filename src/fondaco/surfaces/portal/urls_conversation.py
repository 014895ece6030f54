"""Addresses of the conversation with reviewers."""

from django.urls import path

from fondaco.surfaces.portal.views import conversation

urlpatterns = [path("submissions/<str:submission_id>", conversation.answer, name="conversation")]
