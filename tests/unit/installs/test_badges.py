from __future__ import annotations

from itertools import product

import pytest

from fondaco.installs.badges import LOOKS, Badge, InstallationFacts, ViewerFacts, badges
from fondaco.installs.states import InstallationStatus as S

NOBODY = ViewerFacts()


@pytest.mark.parametrize(
    ("status", "facts", "expected"),
    [
        (S.COMPLETED, {}, Badge.ACTIVE),
        (S.COMPLETED, {"has_upgrade": True}, Badge.ACTIVE),  # the decision is a manager's
        (S.COMPLETED, {"is_manually_provisioned": True}, Badge.MANUALLY_PROVISIONED),
        (S.COMPLETED, {"is_manually_provisioned": True, "has_upgrade": True}, Badge.MANUALLY_PROVISIONED),
        (S.INSTALLING, {}, Badge.INSTALLING),
        (S.PENDING, {"has_worked": True, "is_manually_provisioned": True, "has_upgrade": True}, Badge.UPDATING),
        (S.FAILED, {}, Badge.FAILED_INSTALLATION),
        (S.FAILED, {"has_worked": True}, Badge.FAILED_UPDATE),
        (S.REJECTED, {"is_manually_provisioned": True}, Badge.FAILED_INSTALLATION),
        (S.TIMEOUT, {}, Badge.FAILED_INSTALLATION),
        (S.SUSPENDED, {"has_worked": True, "has_upgrade": True}, Badge.TRIAL_EXPIRED),
        (S.PENDING, {"has_worked": True, "is_trial_over": True}, Badge.TRIAL_EXPIRED),  # a plan was chosen and waits
        *((status, {"is_cut_off": True, "has_worked": True}, Badge.CUT_OFF) for status in sorted(set(S) - {S.REVOKED})),
    ],
)
def test_one_badge_says_where_it_stands(status: S, facts: dict[str, bool], expected: Badge) -> None:
    assert badges(InstallationFacts(status, **facts), NOBODY) == (expected,)


def test_who_manages_is_offered_the_newer_version_of_what_works_before_anything_quieter() -> None:
    manager = ViewerFacts(can_manage=True)
    for by_hand in (False, True):
        facts = InstallationFacts(S.COMPLETED, has_upgrade=True, is_manually_provisioned=by_hand)
        assert badges(facts, manager) == (Badge.UPGRADE_AVAILABLE, Badge.MANAGEABLE)


def test_corners_follow_and_depend_on_the_viewer_only() -> None:
    facts = InstallationFacts(S.COMPLETED)
    assert badges(facts, ViewerFacts(can_manage=True)) == (Badge.ACTIVE, Badge.MANAGEABLE)
    assert badges(facts, ViewerFacts(can_force=True)) == (Badge.ACTIVE, Badge.FORCE_UNINSTALL)
    assert badges(facts, ViewerFacts(can_manage=True, can_force=True))[1:] == (Badge.MANAGEABLE, Badge.FORCE_UNINSTALL)


def test_what_is_gone_has_none() -> None:
    assert badges(InstallationFacts(S.REVOKED, has_worked=True), ViewerFacts(can_manage=True, can_force=True)) == ()


def test_every_combination_has_exactly_one_standing_and_a_look() -> None:
    corners = {Badge.MANAGEABLE, Badge.FORCE_UNINSTALL}
    for status, *flags in product(set(S) - {S.REVOKED}, *[(False, True)] * 7):
        shown = badges(InstallationFacts(status, *flags[:5]), ViewerFacts(*flags[5:]))
        assert len([badge for badge in shown if badge not in corners]) == 1
        assert shown[0] not in corners
    assert set(LOOKS) == set(Badge)
    labels = [str(look.label) for look in LOOKS.values()]
    assert len(set(labels)) == len(labels)


def test_over_everything_that_can_be_it_is_the_first_of_the_order_that_applies() -> None:
    """The order of DOMAIN 7.8, written down once more: states × facts × viewers."""
    for status, *flags in product(S, *[(False, True)] * 7):
        worked, by_hand, newer, cut, over, manages, forces = flags
        applies = [
            (Badge.CUT_OFF, cut),
            (Badge.FAILED_UPDATE, status == S.FAILED and worked),
            (Badge.FAILED_INSTALLATION, status in {S.FAILED, S.REJECTED, S.TIMEOUT}),
            (Badge.TRIAL_EXPIRED, status == S.SUSPENDED or (status == S.PENDING and over)),
            (Badge.INSTALLING, status == S.INSTALLING),
            (Badge.UPDATING, status == S.PENDING),
            (Badge.UPGRADE_AVAILABLE, newer and manages),
            (Badge.MANUALLY_PROVISIONED, by_hand),
            (Badge.ACTIVE, True),
        ]
        standing = next(badge for badge, is_so in applies if is_so)
        corners = [Badge.MANAGEABLE] * manages + [Badge.FORCE_UNINSTALL] * forces
        expected = () if status == S.REVOKED else (standing, *corners)
        assert badges(InstallationFacts(status, *flags[:5]), ViewerFacts(*flags[5:])) == expected
    assert {badge for badge, look in LOOKS.items() if look.dims_icon} == {
        Badge.CUT_OFF, Badge.FAILED_INSTALLATION, Badge.TRIAL_EXPIRED, Badge.INSTALLING,
    }  # fmt: skip
