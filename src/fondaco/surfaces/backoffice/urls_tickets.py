"""Addresses of the operators' tickets."""

from django.urls import path

from fondaco.surfaces.backoffice.views import ticket_writing, tickets

_ONE = "tickets/<str:ticket_id>"

urlpatterns = [
    path("tickets", tickets.queue, name="tickets"),
    path("installations/<str:installation_id>/write", ticket_writing.write, name="write_about_installation"),
    path("accounts/<str:account_id>/write", ticket_writing.write, name="write_to_account"),
    path("partners/<str:partner_id>/write", ticket_writing.write, name="write_to_partner"),
    path(_ONE, tickets.show, name="ticket"),
    path(f"{_ONE}/answer", tickets.answer, name="answer_ticket"),
    path(f"{_ONE}/note", tickets.note, name="note_ticket"),
    path(f"{_ONE}/involve", tickets.involve, name="involve_partner"),
    path(f"{_ONE}/take", tickets.take, name="take_ticket"),
    path(f"{_ONE}/give-back", tickets.give_back, name="give_ticket_back"),
    path(f"{_ONE}/hand-over", tickets.hand_over, name="hand_ticket_over"),
    path(f"{_ONE}/priority", tickets.prioritise, name="prioritise_ticket"),
]
