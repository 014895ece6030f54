"""What the people of the account do."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.factories.accounts import SYSTEM, actor_for, make_person
from tests.factories.upgrades import agree
from tests.lives.world import BATCH, RULES, World

from fondaco.accounts.actions import add_user, change_user_role, deactivate_user, reactivate_user
from fondaco.accounts.models import User
from fondaco.installs import actions
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.changes import Settings
from fondaco.installs.models import Trial
from fondaco.installs.rules import rules_of
from fondaco.installs.states import InstallationStatus, UninstallReason

SOMEBODY = st.integers(0, 9)


class Customer(World):
    """Managers, and those whom they manage."""

    @rule(licences=st.integers(1, 6), is_paid=st.booleans())
    def buy(self, licences: int, is_paid: bool) -> None:
        """Another number of licences, or another plan; of a trial that is over only that lets people in again."""
        installation = self.installation
        plan = installation.version.plans.get(name="Team") if is_paid else installation.plan
        self._change(Settings(plan, self._using(), licences))

    @rule(who=SOMEBODY)
    def give_or_take_one(self, who: int) -> None:
        """One licence, to somebody or from them; one is bought where none is free."""
        user, using = self.pick(who), self._using()
        if user.is_active:
            users = [each for each in using if each.pk != user.pk] if user in using else [*using, user]
            installation = self.installation
            self._change(Settings(installation.plan, users, max(installation.total_licences, len(users))))

    @rule(kind=st.sampled_from(RULES), cap=st.integers(1, 7))
    def set_rules(self, kind: str, cap: int) -> None:
        installation = self.installation
        auto = self.make_rules(kind, cap)
        self._change(Settings(installation.plan, self._using(), installation.total_licences, auto))

    @rule(role=st.sampled_from(["agent", "agent", "supervisor"]))
    def join(self, role: str) -> None:
        user = add_user(actor=SYSTEM, account=self.account, person=make_person("Nia New"), role=self.role(role))
        self.crew.append(user)
        self._promise(user)

    @rule(who=SOMEBODY)
    def move(self, who: int) -> None:
        """To another role, and so to its apps."""
        user = self.pick(who)
        former, key = user.role, "agent" if user.role.key == "supervisor" else "supervisor"
        moved = self.try_to(lambda: change_user_role(**self.manager(), user=user, role=self.role(key)))
        if moved and user.is_active:
            auto = rules_of(self.installation)
            if not auto.fits(user.role):
                self.promised.discard(user.pk)
            elif not auto.fits(former):
                self._promise(user)

    @rule(who=SOMEBODY)
    def leave_or_come_back(self, who: int) -> None:
        """A licence goes only with a change that the partner is asked for; who is back gets what newcomers get."""
        user = self.pick(who)
        if user.is_active:
            self.try_to(lambda: deactivate_user(**self.manager(), user=user))
            self.promised.discard(user.pk)
            self.leavers.add(user.pk)
        else:
            self.try_to(lambda: reactivate_user(**self.manager(), user=user))
            self._promise(user)

    @rule(who=SOMEBODY)
    def leave_for_a_while(self, who: int) -> None:
        """Longer than the house waits before it asks for the licence back."""
        if self.pick(who).is_active:
            self.leave_or_come_back(who)
            self.pass_time(BATCH)
            self.leave_or_come_back(who)

    @rule(plan=st.sampled_from(["Team", "Trial"]))
    def upgrade(self, plan: str) -> None:
        self.try_to(lambda: agree(self.installation, plan=plan, **self.manager()))

    @rule()
    def try_again(self) -> None:
        self.try_to(lambda: actions.retry_installation(**self.manager(), installation=self.installation))

    @rule()
    def look_at_it(self) -> None:
        """Somebody with a licence, who manages nothing, loads a page of an app that failed."""
        user = self.pick(0)
        actor = actor_for(user.person)
        self.try_to(lambda: actions.retry_installation(actor=actor, by=user, installation=self.installation))

    @rule()
    def cancel(self) -> None:
        self.try_to(lambda: actions.cancel_installation(**self.manager(), installation=self.installation))
        self.note_what_holds()

    @rule()
    def uninstall(self) -> None:
        reason = UninstallReason.NOT_NEEDED.value
        self.try_to(lambda: actions.uninstall_app(**self.manager(), installation=self.installation, reason_type=reason))
        self.note_what_holds()

    @rule()
    def force(self) -> None:
        """Whatever its state, where the platform has allowed it."""
        was_gone, may = self.installation.is_gone, self.account.has_feature("force_uninstall")
        done = self.try_to(
            lambda: actions.force_uninstall_app(**self.manager(), installation=self.installation, reason="It hangs")
        )
        assert done == (may and not was_gone)
        self.note_what_holds()

    @precondition(lambda self: self.installation.is_gone)
    @rule(plan=st.sampled_from(["Trial", "Team"]), kind=st.sampled_from(RULES), is_newer=st.booleans())
    def order_again(self, plan: str, kind: str, is_newer: bool) -> None:
        """An app may be had again, and tried once."""
        has_tried = Trial.objects.filter(account=self.account, started_at__isnull=False).exists()
        before, version = self.id, self.version
        self.version = self.newer if is_newer else version
        self.try_to(lambda: self.order([self.boss, self.pick(0)], plan, self.make_rules(kind, 4)))
        self.version = version
        assert self.id == before or plan != "Trial" or not has_tried

    def _change(self, wanted: Settings) -> None:
        self.try_to(lambda: actions.update_settings(**self.manager(), installation=self.installation, wanted=wanted))

    def _using(self) -> list[User]:
        """Those with a licence who have not left."""
        return [each.user for each in self.installation.licences.select_related("user") if each.user.is_active]

    def _promise(self, user: User) -> None:
        installation = self.installation
        auto: AutoInstall = rules_of(installation)
        if installation.status != InstallationStatus.REVOKED and user.is_active and auto.fits(user.role):
            self.promised.add(user.pk)
