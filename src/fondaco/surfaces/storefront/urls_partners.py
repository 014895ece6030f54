"""Becoming a partner."""

from django.urls import path

from fondaco.surfaces.storefront.views import partners

urlpatterns = [
    path("partners", partners.show_offer, name="partners"),
    path("partners/apply", partners.apply, name="apply"),
    path("partners/apply/sent", partners.show_sent, name="apply_sent"),
    path("partners/apply/verify/<str:token>", partners.verify, name="apply_verify"),
    path("partners/apply/answer/<str:token>", partners.answer, name="apply_answer"),
]
