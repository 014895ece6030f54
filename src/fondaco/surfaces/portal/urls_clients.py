"""OAuth clients of the partner's developer account."""

from django.urls import path

from fondaco.surfaces.portal.views import clients

urlpatterns = [
    path("clients", clients.client_list, name="clients"),
    path("clients/new", clients.create, name="create_client"),
    path("clients/<str:client_id>", clients.client_page, name="client"),
    path("clients/<str:client_id>/edit", clients.edit, name="edit_client"),
    path("clients/<str:client_id>/regenerate", clients.regenerate, name="regenerate_client"),
    path("clients/<str:client_id>/key-pair", clients.key_pair, name="client_key_pair"),
    path("clients/<str:client_id>/delete", clients.delete, name="delete_client"),
]
