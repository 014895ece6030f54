"""What a web worker serves: the application, in a process that ends with the server which started it.

The server's first process may be killed without a chance to end its workers; they would keep the port.
"""

from __future__ import annotations

import multiprocessing
import os
import signal

from django.urls import get_resolver

from fondaco.kit.loading import uncollected
from fondaco.runtime.children import end_with_parent

with uncollected():
    from fondaco.config.wsgi import application

    get_resolver().url_patterns  # noqa: B018 (loads all views, before somebody waits for them)

__all__ = ["application"]

end_with_parent(signal.SIGKILL)
if (server := multiprocessing.parent_process()) is not None and os.getppid() != server.pid:
    os._exit(1)  # it died while this process was loading
