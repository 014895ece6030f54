"""The switch: with it the shim stands before Django, without it nothing does."""

from __future__ import annotations

from importlib import reload

import pytest
from django.core.handlers.wsgi import WSGIHandler
from pytest_django.fixtures import Settings

from fondaco.config import wsgi
from fondaco.surfaces.idp.shim import Shim


@pytest.mark.parametrize(("is_on", "kind"), [(True, Shim), (False, WSGIHandler)])
def test_the_shim_stands_before_django_when_it_is_on(settings: Settings, is_on: bool, kind: type) -> None:
    settings.TOKEN_SHIM = is_on
    application = reload(wsgi).application
    assert type(getattr(application, "__wrapped__", application)) is kind
