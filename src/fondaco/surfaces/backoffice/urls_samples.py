"""Looking afterwards at what passed by policy."""

from django.urls import path

from fondaco.surfaces.backoffice.views import samples

urlpatterns = [
    path("samples", samples.show_all, name="samples"),
    path("samples/<str:sample_id>", samples.show, name="sample"),
    path("samples/<str:sample_id>/pass", samples.pass_one, name="pass_sample"),
    path("samples/<str:sample_id>/report", samples.report, name="report_sample"),
]
