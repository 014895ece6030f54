"""Facts about tickets. None repeats what somebody wrote."""

from fondaco.audit.kinds import declare

TICKET_OPENED = declare("ticket.opened", "A ticket was opened.")
TICKET_ANSWERED = declare("ticket.answered", "Something was said in a ticket.")
TICKET_REOPENED = declare("ticket.reopened", "A solved ticket was opened again.")
TICKET_TAKEN = declare("ticket.taken", "An operator took a ticket.")
TICKET_HANDED_OVER = declare("ticket.handed_over", "A ticket was handed over to another operator.")
TICKET_GIVEN_BACK = declare("ticket.given_back", "An operator put a ticket back for others to take.")
TICKET_PRIORITY_CHANGED = declare("ticket.priority_changed", "A ticket got another priority.")
TICKET_PARTNER_INVOLVED = declare("ticket.partner_involved", "The app's partner was asked to help with a ticket.")
TICKET_OVERDUE = declare("ticket.overdue", "A ticket got no first answer within its target.")
TICKET_SOLVED = declare("ticket.solved", "A ticket was solved.")
TICKET_CLOSED = declare("ticket.closed", "A solved ticket was closed for good.")

TICKET_NOTE_WRITTEN = declare("ticket_note.written", "An operator wrote an internal note about a ticket.")
