"""Addresses of getting help as a partner."""

from django.urls import path

from fondaco.surfaces.portal.views import support

urlpatterns = [
    path("support", support.show_all, name="tickets"),
    path("support/new", support.ask, name="ask_support"),
    path("support/<str:ticket_id>", support.show, name="ticket"),
    path("support/<str:ticket_id>/solve", support.solve, name="solve_ticket"),
]
