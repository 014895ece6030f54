"""Requests to become a partner, and partners."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from fondaco.partners.models import ApplicationMessage, DeveloperGrant, Partner, PartnerApplication
from fondaco.surfaces.api.management.shapes.fields import Body, Email, Line, Name, Shape, Text, Website


class ApplyBody(Body):
    """The request to become a partner. A link that proves the address is mailed to ``contact_email``."""

    company_name: Annotated[Line, Field(min_length=1, max_length=120)]
    website: Website
    contact_name: Name
    contact_email: Email
    intention: Annotated[Text, Field(min_length=20, max_length=2000)]


class WordsBody(Body):
    """A question to an applicant, or an answer to one."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]


class ApproveApplicationBody(Body):
    """``name`` is for when another partner has the company's name already."""

    name: Annotated[Line, Field(max_length=120)] = ""


class RefusalBody(Body):
    """Why; the applicant reads it."""

    reason: Annotated[Text, Field(min_length=1, max_length=2000)]


class LineShape(Shape):
    """One line of the conversation."""

    author: str
    is_from_operator: bool
    text: str
    at: datetime

    @classmethod
    def of(cls, message: ApplicationMessage) -> LineShape:
        return cls(
            author=message.author_name,
            is_from_operator=message.from_operator,
            text=message.text,
            at=message.created_at,
        )


class ApplicationStandingShape(Shape):
    """Where a request stands, for who sent it."""

    status: str
    company_name: str
    contact_email: str

    @classmethod
    def of(cls, application: PartnerApplication) -> ApplicationStandingShape:
        return cls(
            status=application.status,
            company_name=application.company_name,
            contact_email=application.contact_email,
        )


class ApplicationShape(ApplicationStandingShape):
    """A request as the operator sees it."""

    id: str
    website: str
    contact_name: str
    intention: str
    decision_reason: str
    created_at: datetime

    @classmethod
    def of(cls, application: PartnerApplication) -> ApplicationShape:
        return cls(
            id=application.pk.hex,
            status=application.status,
            company_name=application.company_name,
            website=application.website,
            contact_name=application.contact_name,
            contact_email=application.contact_email,
            intention=application.intention,
            decision_reason=application.decision_reason,
            created_at=application.created_at,
        )


class ConversationShape(ApplicationShape):
    """A request with everything that was said."""

    messages: list[LineShape]

    @classmethod
    def of(cls, application: PartnerApplication) -> ConversationShape:
        said = [LineShape.of(message) for message in application.messages.all()]
        return cls(**ApplicationShape.of(application).model_dump(), messages=said)


class PartnerShape(Shape):
    """A partner. ``developer_account_id`` is its sandbox account."""

    id: str
    name: str
    website: str
    contact_email: str
    developer_account_id: str
    created_at: datetime

    @classmethod
    def of(cls, partner: Partner) -> PartnerShape:
        return cls(
            id=partner.pk.hex,
            name=partner.name,
            website=partner.website,
            contact_email=partner.contact_email,
            developer_account_id=partner.developer_account_id,
            created_at=partner.created_at,
        )


class DeveloperGrantShape(Shape):
    """What the developer account was given; amounts in minor units."""

    kind: str
    quantity: int
    amount_minor: int
    currency: str
    at: datetime

    @classmethod
    def of(cls, grant: DeveloperGrant) -> DeveloperGrantShape:
        return cls(
            kind=grant.kind,
            quantity=grant.quantity,
            amount_minor=grant.amount_minor,
            currency=grant.currency,
            at=grant.created_at,
        )


class OwnPartnerShape(PartnerShape):
    """A partner as its members see it."""

    developer_grants: list[DeveloperGrantShape]
