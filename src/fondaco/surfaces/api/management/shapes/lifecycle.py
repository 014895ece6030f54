"""Installation links, test accounts, transfers, and the ends of apps and versions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from fondaco.catalog.models import AppTester, AppTransfer, InstallLink
from fondaco.catalog.queries import link_address
from fondaco.installs.endings import Belongings, Ending
from fondaco.surfaces.api.management.shapes.fields import Body, Line, Shape, Text


class InstallLinkShape(Shape):
    """The installation link of a version. ``address`` is a secret: whoever has it may ask for the version."""

    version_id: str
    address: str
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, link: InstallLink) -> InstallLinkShape:
        return cls(
            version_id=link.version_id.hex, address=link_address(link), made_by=link.made_by, made_at=link.made_at
        )


class TesterBody(Body):
    """``account`` is the account's name, or the e-mail address of one of its administrators."""

    account: Annotated[Line, Field(max_length=254)]
    note: Annotated[Text, Field(max_length=1000)] = ""


class TesterShape(Shape):
    """An account that was invited to test an app: ``invited``, ``accepted``, ``declined``, ``removed`` or ``left``."""

    id: str
    app_id: str
    app: str
    partner: str
    account: str
    company: str
    status: str
    invited_by: str
    answered_by: str
    note: str
    created_at: datetime

    @classmethod
    def of(cls, tester: AppTester) -> TesterShape:
        return cls(
            id=tester.pk.hex,
            app_id=tester.app_id.hex,
            app=tester.app.name,
            partner=tester.app.partner.name,
            account=tester.account.name,
            company=tester.account.company_name,
            status=tester.status,
            invited_by=tester.invited_by,
            answered_by=tester.answered_by,
            note=tester.note,
            created_at=tester.created_at,
        )


class LinkedVersionShape(Shape):
    """A version that a test account may install now."""

    version_id: str
    version: str
    status: str
    address: str


class TestShape(TesterShape):
    """The same as the account sees it, with what there is to install once it has accepted."""

    versions: list[LinkedVersionShape]

    @classmethod
    def of(cls, tester: AppTester) -> TestShape:
        versions: list[Any] = tester.app.linked_versions if tester.is_testing else []  # type: ignore[attr-defined]
        return cls(
            **TesterShape.of(tester).model_dump(),
            versions=[
                LinkedVersionShape(
                    version_id=version.pk.hex,
                    version=version.name,
                    status=version.technical.status,
                    address=link_address(version.install_link),
                )
                for version in versions
            ],
        )


class OfferAppBody(Body):
    """``receiver`` is the partner's name, its developer account's name, or the address of one of its owners."""

    receiver: Annotated[Line, Field(max_length=254)]
    note: Annotated[Text, Field(max_length=2000)] = ""


class DeclineBody(Body):
    """Why an offer is declined; the giving partner reads it."""

    reason: Annotated[Text, Field(max_length=2000)] = ""


class RefuseBody(Body):
    """Why a transfer is not confirmed; both partners read it."""

    reason: Annotated[Text, Field(max_length=2000)]


class TransferShape(Shape):
    """An app on its way to another partner."""

    id: str
    app_id: str
    app: str
    giver_id: str
    giver: str
    receiver_id: str
    receiver: str
    status: str
    note: str
    reason: str
    offered_by: str
    answered_by: str
    decided_by: str
    expires_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, transfer: AppTransfer) -> TransferShape:
        return cls(**_transfer(transfer))


class BelongingsShape(Shape):
    """What moves, counted; ``hosts`` are the addresses that the app's programs answer at."""

    versions: int
    plans: int
    installations: int
    credential_sets: int
    test_accounts: int
    hosts: list[str]

    @classmethod
    def of(cls, moves: Belongings) -> BelongingsShape:
        return cls(
            versions=moves.versions,
            plans=moves.plans,
            installations=moves.installations,
            credential_sets=moves.credential_sets,
            test_accounts=moves.testers,
            hosts=list(moves.hosts),
        )


class TransferDetailsShape(TransferShape):
    """One transfer, with what moves while it is open."""

    moves: BelongingsShape | None
    in_review: str | None  # the version that keeps the app where it is

    @classmethod
    def with_moves(cls, transfer: AppTransfer, moves: Belongings | None, in_review: str | None) -> TransferDetailsShape:
        return cls(
            **_transfer(transfer), moves=None if moves is None else BelongingsShape.of(moves), in_review=in_review
        )


class EndingShape(Shape):
    """A deprecated version with its announced last day. ``left`` is how many accounts still have it."""

    version_id: str
    version: str
    app: str
    partner: str
    ends_on: date
    left: int


class EndingDetailsShape(EndingShape):
    """The same with the order to remove what is left, if there was one."""

    can_be_cleared: bool
    is_clearing: bool
    removed: int
    total: int
    reason: str

    @classmethod
    def of(cls, ending: Ending) -> EndingDetailsShape:
        version, clearance = ending.version, ending.clearance
        return cls(
            version_id=version.pk.hex,
            version=version.name,
            app=version.app.name,
            partner=version.app.partner.name,
            ends_on=ending.ends_on,
            left=ending.left,
            can_be_cleared=ending.can_be_cleared,
            is_clearing=ending.is_clearing,
            removed=ending.removed,
            total=clearance.total if clearance else 0,
            reason=clearance.reason if clearance else "",
        )


class ClearanceBody(Body):
    """``reason`` is read by the customers; ``confirmation`` is the app's name."""

    reason: Annotated[Text, Field(max_length=1000)]
    confirmation: Line


class RemovalBody(Body):
    """Why it is removed at once; the customer and the partner read it."""

    reason: Annotated[Text, Field(max_length=1000)]


def _transfer(transfer: AppTransfer) -> dict[str, Any]:
    return {
        "id": transfer.pk.hex,
        "app_id": transfer.app_id.hex,
        "app": transfer.app.name,
        "giver_id": transfer.giver_id.hex,
        "giver": transfer.giver.name,
        "receiver_id": transfer.receiver_id.hex,
        "receiver": transfer.receiver.name,
        "status": transfer.status,
        "note": transfer.note,
        "reason": transfer.reason,
        "offered_by": transfer.offered_by,
        "answered_by": transfer.answered_by,
        "decided_by": transfer.decided_by,
        "expires_at": transfer.expires_at,
        "created_at": transfer.created_at,
    }
