"""Trusting a partner."""

from django.urls import path

from fondaco.surfaces.backoffice.views import trust

urlpatterns = [
    path("partners/<str:partner_id>/trust", trust.show, name="trust"),
    path("partners/<str:partner_id>/trust/withdraw", trust.withdraw, name="withdraw_trust"),
]
