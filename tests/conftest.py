"""Shared by every ring. The database itself comes from tests/plugin_postgres.py, before Django's settings are read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
from _pytest.runner import runtestprotocol
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker
from tests import cloning, emptying, signing_in
from tests.factories.partners import make_member

from fondaco.identity import signing_keys
from fondaco.kit.frames import with_room
from fondaco.partners.models import Member

# What takes long, and what waits for something more than it works: other tests use the processor meanwhile.
LONG = {
    "test_crashes.py", "test_log_out_everywhere.py", "test_runtime_house.py",
    "test_app_as_code.py", "test_dispatcher.py", "test_hostile_crowd.py", "test_logout_tokens.py",
}  # fmt: skip


@pytest.fixture(scope="session")
def django_db_createdb() -> bool:
    """``--create-db`` is heard below."""
    return False


@pytest.fixture(scope="session")
def _is_new(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> bool:
    with django_db_blocker.unblock():
        name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
        return cloning.clone_database(name, anew=request.config.getoption("create_db"))


@pytest.fixture(scope="session")
def django_db_setup(_is_new: bool, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Databases are kept between runs, and a run that was killed leaves rows in them."""
    if not _is_new:
        with django_db_blocker.unblock():
            call_command("flush", interactive=False, verbosity=0)
            emptying.empty_queue()
    emptying.install()


@pytest.fixture(scope="session", autouse=True)
def _sessions_of_the_house() -> None:
    """A client that a test signs in has what every browser has after a sign-in."""
    signing_in.install()


class QuickHasher(PBKDF2PasswordHasher):
    """As in production, but for the number of rounds, which is there to cost time."""

    iterations = 1


@pytest.fixture(scope="session", autouse=True)
def _not_a_test_of_patience() -> Iterator[None]:
    """Passwords cost no time, one client may ask as fast as tests do, and none lists the files first."""
    hashers = [f"{__name__}.{QuickHasher.__name__}"]
    with override_settings(PASSWORD_HASHERS=hashers, TOKENS_PER_SECOND=100_000, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def _few_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each client of httpx reads all authorities of the world, which takes longer than what it asks for then; no test
    asks the world."""
    bundle = Path(certifi.where()).read_text()
    end = "-----END CERTIFICATE-----"
    one = tmp_path_factory.mktemp("authorities") / "one.pem"
    one.write_text(bundle.partition(end)[0] + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certifi, "where", lambda: str(one))
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones come first, so that in the end no worker is alone with them."""
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_collection_finish() -> None:
    """What was imported stays until the end: the collector need not look at it again and again, nor look often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As ever, with room for calls as every process of the house has it: pytest itself calls fifty deep."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    with_room(runtestprotocol)(item, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture(autouse=True)
def _no_remembered_keys() -> None:
    """A process remembers signing keys for a minute; those of the test before were rolled back underneath it."""
    signing_keys.forget()


@pytest.fixture
def mara() -> Member:
    """The owner of a partner."""
    return make_member()
