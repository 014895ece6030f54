"""People of the partner."""

from django.urls import path

from fondaco.surfaces.portal.views import members

urlpatterns = [
    path("members", members.show, name="members"),
    path("members/invite", members.invite, name="invite_member"),
    path("members/invitations/<str:invitation_id>/resend", members.resend, name="resend_member_invitation"),
    path("members/invitations/<str:invitation_id>/withdraw", members.withdraw, name="withdraw_member_invitation"),
    path("members/<str:member_id>", members.edit, name="member"),
    path("members/<str:member_id>/remove", members.remove, name="remove_member"),
]
