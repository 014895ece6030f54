"""APIs of the platform's own."""

from django.urls import path

from fondaco.surfaces.backoffice.views import own_apis

urlpatterns = [
    path("access/own-apis", own_apis.show_all, name="own_apis"),
    path("access/own-apis/add", own_apis.add, name="add_own_api"),
    path("access/own-apis/<str:client_id>", own_apis.show, name="own_api"),
    path("access/own-apis/<str:client_id>/remove", own_apis.remove, name="remove_own_api"),
]
