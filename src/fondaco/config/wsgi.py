"""The WSGI application that granian serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fondaco.config.settings")

application = import_string(settings.WSGI_ROOM)(get_wsgi_application())
if settings.TOKEN_SHIM:
    application = import_string(settings.WSGI_SHIM)(application)
