"""What the demo's apps are: names, texts, prices, permissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fondaco.catalog.models import Meter
from fondaco.kit.money import Money, UnitPrice

MARA, TOMAS = "mara@ledgerline.example", "tomas@ledgerline.example"
PRIYA, OSKAR = "priya@northwind.example", "oskar@northwind.example"


@dataclass(frozen=True, slots=True)
class Listing:
    """One app. ``plans`` are (name, price in whole dollars, per seat); ``stage`` is how far its newest version got."""

    slug: str
    name: str
    by: str
    summary: str
    description: str
    categories: tuple[str, ...]
    scopes: dict[str, str]
    plans: tuple[tuple[str, int, bool], ...]
    version: str = "1.0.0"
    stage: str = "advertised"
    is_manual: bool = False
    answers: bool = True  # whether its program runs in the demo; the others stay as they are shown
    meter: Meter | None = None  # what its first plan counts besides licences
    shots: tuple[str, ...] = ("The day at a glance", "The last weeks as a line", "Everyone with their state")


READS: Final = {  # what the demo's apps say they read with a scope
    "account:read": ("account.company_name", "account.timezone"),
    "users:read": ("user.name", "user.email"),
    "contacts:read": ("contact.name", "contact.phones"),
    "recordings:read": ("recording.participants", "recording.media"),
    "queues:read": ("queue.name",),
    "data-reports:read": ("report.calls",),
}

LISTINGS: Final = (
    Listing(
        "northwind-crm",
        "Northwind CRM",
        PRIYA,
        "Knows who is calling before anyone says hello.",
        "Northwind opens the right customer the moment a call comes in: what they bought, what they asked last time, "
        "and what was promised.\n\n- **One card per caller**, found by number, e-mail or order\n- **Notes that write "
        "themselves** when the call ends\n- **Follow-ups** that land in the right person's day",
        ("crm-helpdesk",),
        {
            "users:read": "to show each agent their own customers",
            "contacts:read": "to find the caller",
            "contacts:write": "to add what was learned during the call",
        },
        (("Team", 18, True), ("Company", 900, False)),
        "3.2.0",
    ),
    Listing(
        "tempo-wfm",
        "Tempo WFM",
        PRIYA,
        "Shifts that follow the calls, and people who can swap them.",
        "Tempo looks at eight weeks of calls and plans the next four. Everyone sees their shifts on the phone and "
        "swaps them without asking.\n\n- Forecasts per queue and quarter of an hour\n- Swaps "
        "that keep the rules of your contract",
        ("workforce-management",),
        {
            "account:read": "to plan in your time zone",
            "users:read": "to plan your people",
            "data-reports:read": "to forecast from finished calls",
        },
        (("Planner", 9, True),),
        "5.0.1",
    ),
    Listing(
        "whisper-qa",
        "Whisper QA",
        OSKAR,
        "Listens to every call, so that you can coach the right ones.",
        "Whisper scores each conversation by your own form and shows the three that are worth a coach's time today.",
        ("quality-analytics", "gamification-coaching"),
        {"users:read": "to know whose call it was", "recordings:read": "to listen to the conversation"},
        (("Quality", 24, True),),
        "2.0.0",
        answers=False,
    ),
    Listing(
        "paywave-secure",
        "Paywave Secure",
        MARA,
        "Card payments on the phone that nobody hears or sees.",
        "Callers type their card on the keypad; agents see stars, and the recording pauses by itself.",
        ("payments-security",),
        {"users:read": "to offer payments to the right people"},
        (("Pay as you go", 12, True),),
        "1.4.0",
        answers=False,
    ),
    Listing(
        "signal-boards",
        "Signal Boards",
        OSKAR,
        "A wallboard that people actually look at.",
        "Big, quiet numbers for the room: who waits, how long, and whether that is normal for this hour.",
        ("reporting", "quality-analytics"),
        {"account:read": "to show times as your clocks do", "users:read": "to show who is free"},
        (("Wall", 240, False),),
        "4.1.0",
        answers=False,
    ),
    Listing(
        "lingua-live",
        "Lingua Live",
        OSKAR,
        "Both sides speak their own language.",
        "Lingua translates while people talk, in 34 languages, and writes both versions down.",
        ("ai-automation", "messaging-collaboration"),
        {"users:read": "to know which languages your people speak"},
        (("Interpreter", 36, True),),
        "1.1.0",
        answers=False,
        meter=Meter("translated minute", UnitPrice(24_000), included=300, cap=Money(150_00)),
    ),
    Listing(
        "cadence-coach",
        "Cadence Coach",
        MARA,
        "Small goals, friendly races, and a reason to smile on Mondays.",
        "Cadence turns the week's goal into five small ones and lets teams race each other, never people.",
        ("gamification-coaching",),
        {"users:read": "to build teams"},
        (("Team", 6, True),),
        "2.2.0",
        answers=False,
    ),
    Listing(
        "ledgerline",
        "Ledgerline",
        MARA,
        "Invoices and payments inside the call, without leaving the conversation.",
        "Agents see open invoices next to the caller, send a payment link in one click and watch it being paid. Card "
        "data never reaches your agents or your recordings.",
        ("payments-security", "crm-helpdesk"),
        {
            "users:read": "so that invoices carry the right agent",
            "contacts:read": "to find the customer's invoices",
            "contacts:write": "to add the customer number after a payment",
        },
        (("Team", 18, True), ("Business", 29, True)),
        "2.3.1",
    ),
    Listing(
        "deskbridge",
        "Deskbridge",
        MARA,
        "Connects the phone system to the ticket desk you already have.",
        "A person from Deskbridge sets the bridge up with you, so the first connection takes a working day.",
        ("crm-helpdesk",),
        {"account:read": "to set the bridge up", "users:read": "to match people with their desk logins"},
        (("Bridge", 350, False),),
        "6.0.0",
        is_manual=True,
    ),
    Listing(
        "callback-desk",
        "Callback Desk",
        TOMAS,
        "Nobody waits on hold; everyone is called back in time.",
        "Callers choose a quarter of an hour, and the right person calls them then, with everything at hand.",
        ("messaging-collaboration",),
        {"users:read": "to know who can call back", "callback:write": "to ask for the calls"},
        (("Desk", 8, True),),
        "1.0.3",
    ),
    Listing(
        "vault-notes",
        "Vault Notes",
        TOMAS,
        "Sensitive notes that only the next agent can open.",
        "Notes are sealed for the person who takes the next call and are gone a month later.",
        ("payments-security",),
        {"users:read": "to seal notes for the right person"},
        (("Vault", 5, True),),
        "1.2.0",
        answers=False,
    ),
    Listing(
        "reply-robin",
        "Reply Robin",
        OSKAR,
        "Drafts the follow-up mail while the call is still warm.",
        "Robin reads the notes, drafts the mail and waits for a person to press send.",
        ("ai-automation",),
        {"users:read": "to sign with the right name", "contacts:read": "to address the customer"},
        (("Robin", 14, True),),
        "0.9.0",
        stage="approved",
    ),
    Listing(
        "pulse-survey",
        "Pulse Survey",
        TOMAS,
        "Two questions after the call, answered by one in three.",
        "Short surveys by voice or message, with results per queue the same hour.",
        ("quality-analytics",),
        {"users:read": "to compare teams", "contacts:read": "to invite the caller"},
        (("Pulse", 4, True),),
        "1.0.0",
        stage="in_review",
    ),
    Listing(
        "queue-quest",
        "Queue Quest",
        OSKAR,
        "See your queues as a map, and where the next jam will be.",
        "A map of today's queues with the next jam marked an hour ahead.",
        ("reporting",),
        {"queues:read": "to draw the map"},
        (("Map", 19, True),),
        "0.1.0",
        stage="draft",
    ),
)
