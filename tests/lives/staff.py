"""What the operator's people do."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.factories.installs import follow_cutoffs
from tests.lives.world import World

from fondaco.catalog.actions import readmit_version, withhold_version
from fondaco.identity.models import Cutoff
from fondaco.identity.states import CutoffStatus
from fondaco.installs import actions
from fondaco.installs.models import Trial
from fondaco.installs.reach import Target, TargetKind
from fondaco.installs.states import Mending, TrialStatus
from fondaco.kit import clock


class Staff(World):
    """Support and partner managers."""

    @rule(days=st.integers(-3, 40))
    def extend(self, days: int) -> None:
        """Only while it runs, and only to later."""
        trial = Trial.objects.filter(installation=self.id).first()
        until = (trial.expires_at if trial else None) or clock.now()
        runs = trial is not None and trial.status == TrialStatus.ACTIVE
        done = self.try_to(
            lambda: actions.extend_trial(
                **self.staff(),
                installation=self.installation,
                last_day=(until + timedelta(days=days)).date(),
                reason="Holidays",
            )
        )
        assert runs or not done

    @rule(is_forced=st.booleans())
    def rotate(self, is_forced: bool) -> None:
        self.try_to(
            lambda: actions.rotate_credentials(
                **self.staff(), installation=self.installation, is_forced=is_forced, reason="leaked"
            )
        )

    @rule(kind=st.sampled_from([TargetKind.INSTALLATION, TargetKind.VERSION, TargetKind.APP]))
    def switch_access(self, kind: TargetKind) -> None:
        """Cuts it off, or lets it in again; the worker follows at once."""
        installation = self.installation
        if cutoff := Cutoff.objects.filter(status=CutoffStatus.IN_FORCE).first():
            self.try_to(lambda: actions.restore_access(**self.staff(), cutoff=cutoff, reason="mended"))
        else:
            version = installation.version if kind == TargetKind.VERSION else None
            only = installation if kind == TargetKind.INSTALLATION else None
            target = Target(kind, installation.app, version, only)
            self.try_to(
                lambda: actions.cut_off(
                    **self.staff(), target=target, reason="it copied contacts", confirmation=target.confirmation
                )
            )
        follow_cutoffs()

    @rule()
    def pause_the_newer_version(self) -> None:
        """Takes it out of the marketplace, or lets it in again."""
        self.newer.refresh_from_db()
        by = self.staff("partner_manager")
        if self.newer.is_withheld:
            self.try_to(lambda: readmit_version(**by, version=self.newer))
        else:
            self.try_to(lambda: withhold_version(**by, version=self.newer, reason="It copies contacts"))

    @rule()
    def send_again_at_once(self) -> None:
        self.ask_again()

    @precondition(lambda self: self.installation.is_update_broken)
    @rule(way=st.sampled_from(Mending))
    def mend(self, way: Mending) -> None:
        self.try_to(
            lambda: actions.mend_update(
                **self.staff(), installation=self.installation, way=way, reason="looked at both sides"
            )
        )
        self.note_what_holds()

    @rule()
    def allow_force(self) -> None:
        self.account.refresh_from_db()
        is_allowed = not self.account.has_feature("force_uninstall")
        actions.allow_force_uninstall(**self.staff(), account=self.account, is_allowed=is_allowed, reason="asked for")
        self.account.refresh_from_db()

    @precondition(lambda self: not self.installation.is_gone)
    @rule()
    def remove(self) -> None:
        """Staff may, whatever the state."""
        actions.force_uninstall_app(
            **self.staff("partner_manager"), installation=self.installation, reason="asked by phone"
        )
        assert self.installation.is_gone
        self.note_what_holds()
