"""Addresses of the customer console."""

from django.urls import path

from fondaco.surfaces.console.views import people

app_name = "console"

urlpatterns = [
    path("people", people.show, name="people"),
    path("people/invite", people.invite, name="invite"),
    path("people/invitations/<str:invitation_id>/withdraw", people.withdraw, name="withdraw_invitation"),
    path("people/<str:user_id>", people.edit, name="person"),
    path("people/<str:user_id>/deactivate", people.deactivate, name="deactivate"),
    path("people/<str:user_id>/reactivate", people.reactivate, name="reactivate"),
]
