"""The installation that the machine is about, the clock, and the way to the partner's program."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_user
from tests.factories.catalog import make_published_version
from tests.factories.installs import PARTNER_PROGRAM, follow_cutoffs, order
from tests.factories.upgrades import make_newer
from tests.http.world import undone

from fondaco.accounts.models import Role, User
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.models import OAuthClient
from fondaco.installs import actions, snapshots
from fondaco.installs.auto_install import AutoInstall, Filter
from fondaco.installs.models import AwaitedLicence, Grant, Installation
from fondaco.installs.queries import get_open_operation
from fondaco.installs.states import CHANGES
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError
from fondaco.messaging.actions import Outcome
from fondaco.messaging.breaker import Answer
from fondaco.messaging.health import Observation, record_observations, resume_endpoint
from fondaco.messaging.models import Endpoint
from fondaco.messaging.queue import Parcel, Room, claim
from fondaco.messaging.results import record_results
from fondaco.messaging.schedule import asked_to_wait
from fondaco.messaging.watch import give_up, turn_away_awaited

ROUND = timedelta(minutes=11)  # longer than any pause within a round of tries
BATCH = timedelta(minutes=5, seconds=1)  # the house gathers for that long who comes and goes
RULES = ["", "all", "role", "roleid", "none"]


class World(RuleBasedStateMachine):
    """``held`` is what is in force by all that was approved so far, ``promised`` are those to whom rules give a licence
    and nobody has taken it away by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(undone())
        self.held: tuple[Any, ...] = ()
        self.promised: set[str] = set()
        self.leavers: set[str] = set()  # some came back
        self.ids: list[UUID] = []  # one after the other, the last may still be there
        self.sent: dict[UUID, bytes] = {}
        self.arrived: set[UUID] = set()

    def teardown(self) -> None:
        self.stack.close()

    @initialize(plan=st.sampled_from(["Trial", "Trial", "Team"]), rule=st.sampled_from(RULES), has_come=st.booleans())
    def begin(self, plan: str, rule: str, has_come: bool) -> None:
        self.account = make_account()
        self.boss = make_user(self.account)  # stays, so that everybody else may go
        self.support = make_operator(OperatorRole.SUPPORT)
        self.partner_manager = make_operator(OperatorRole.PARTNER_MANAGER)
        self.version = make_published_version()
        self.crew = [make_user(self.account, role=key) for key in ("admin", "supervisor", "agent")]
        self.app = self.version.app
        self.order([self.crew[0], self.boss], plan, self.make_rules(rule, 4))
        self.newer = make_newer(self.installation)
        if has_come:
            self.post(204)
            actions.answer_operation(actor=PARTNER_PROGRAM, installation=self.installation, decision="approve")

    def order(self, users: list[User], plan: str, auto: AutoInstall) -> None:
        """The first of them installs it, once more when it was removed."""
        self.id = order(self.version, users, plan=plan, auto_install=auto).installation_id
        self.ids.append(self.id)
        self.held, self.promised = self.in_force(), set()

    @property
    def installation(self) -> Installation:
        """As it is now; what belongs to it is loaded when it is looked at."""
        return Installation.objects.get(pk=self.id)

    def make_rules(self, kind: str, cap: int) -> AutoInstall:
        """Rules of this kind; about agents, where they are about a role."""
        match = {"role": "agent", "roleid": self.role("agent").pk.hex}.get(kind, "")
        if not kind:
            return AutoInstall()
        return AutoInstall(({"filter": kind, "match": match},), None if kind == Filter.NONE else cap)

    def role(self, key: str) -> Role:
        return self.account.roles.get(key=key)

    def pick(self, who: int) -> User:
        """One of the account, as they are now, but not the one who stays."""
        user = self.crew[who % len(self.crew)]
        return User.objects.select_related("account", "role", "person").get(pk=user.pk)

    def holders(self) -> set[str]:
        return set(self.installation.licences.values_list("user_id", flat=True))

    def awaited(self) -> set[str]:
        return set(AwaitedLicence.objects.filter(installation=self.id).values_list("user_id", flat=True))

    def in_force(self) -> tuple[Any, ...]:
        """Everything that an operation may change, but for the status."""
        installation = self.installation
        client = OAuthClient.objects.get(pk=installation.client_id)
        grants = list(Grant.objects.filter(installation=self.id, is_in_force=True).values_list("version_id", "scopes"))
        taken = {name: value for name, value in snapshots.take(installation).items() if name != "status"}
        return (taken, sorted(client.scopes), client.redirect_uris, client.version_id, grants)

    def try_to(self, do: Callable[[], object]) -> bool:
        """Does it. A refusal must leave no trace, not even an event."""
        before = (self.in_force(), self.installation.status, Event.objects.count())
        try:
            do()
        except DomainError:
            assert (self.in_force(), self.installation.status, Event.objects.count()) == before
            return False
        return True

    def staff(self, name: str = "support") -> dict[str, Any]:
        """``actor`` and ``by`` of an action."""
        by = getattr(self, name)
        return {"actor": actor_for(by.person), "by": by}

    def manager(self) -> dict[str, Any]:
        return {"actor": actor_for(self.boss.person), "by": self.boss}

    def note_what_holds(self) -> None:
        """After an approval, or a mending: exactly the side that was chosen, whole."""
        if self.installation.is_gone:
            self.promised = set()
            return
        done = self.installation.operations.filter(kind__in=CHANGES).order_by("-id").first()
        if done is None or done.is_open:
            return
        holds = done.proposed if "proposed" in (done.settled, {"approved": "proposed"}.get(done.status)) else None
        if holds is not None and holds != {**self.held[0], "status": holds["status"]}:
            taken = {name: value for name, value in holds.items() if name != "status"}
            assert self.in_force()[0] == taken, (self.in_force()[0], taken)
            self.held = self.in_force()
            if not done.is_automatic:
                self.promised = set()

    def pass_time(self, pause: timedelta) -> None:
        """The sweeper and the jobs of the worker come in time."""
        self.stack.enter_context(clock.travel(pause))
        self.sweep()
        self.note_what_holds()

    def sweep(self) -> None:
        while deadlines.sweep_once():
            pass
        turn_away_awaited()
        give_up()
        follow_cutoffs()

    def post(self, status: int | None) -> None:
        """The dispatcher's turn at everything that is due; without ``status`` nobody answers."""
        while parcels := claim(Room(limit=100, share=10)):
            for parcel in parcels:
                assert self.sent.setdefault(parcel.delivery_id, parcel.body) == parcel.body
                assert parcel.delivery_id not in self.arrived
                self._note(parcel, status)

    def _note(self, parcel: Parcel, status: int | None) -> None:
        now = clock.now()
        outcome = Outcome(now, 5, status, error="" if status else "connect")
        if outcome.is_success:
            self.arrived.add(parcel.delivery_id)
        record_results(actor=SYSTEM, kind=parcel.kind, results=[(parcel.delivery_id, outcome)])
        wait = asked_to_wait(status, {}, now)
        answer = Answer(now, outcome.is_success, status, wait, is_probe=parcel.is_probe)
        record_observations(actor=SYSTEM, observations=[Observation(UUID(parcel.endpoint), answer, outcome.error)])

    def ask_again(self) -> None:
        """Has every address that is left alone tried now; one that is gone would be so for ever."""
        for endpoint in Endpoint.objects.filter(app=self.app):
            resume_endpoint(actor=SYSTEM, endpoint=endpoint)

    def has_open(self) -> bool:
        return get_open_operation(self.installation) is not None
