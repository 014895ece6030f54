"""The addresses of the house, and two that fail: one by our fault, one because somebody was faster."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from fondaco.config.urls import handler400, handler403, handler404, handler500
from fondaco.config.urls import urlpatterns as house
from fondaco.surfaces.site.access import public

__all__ = ["handler400", "handler403", "handler404", "handler500"]


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("this is on purpose")


@public
def late(request: HttpRequest) -> HttpResponse:
    return render(request, "site/errors/409.html", status=HTTPStatus.CONFLICT)


urlpatterns = [path("broken", broken), path("late", late), *house]
