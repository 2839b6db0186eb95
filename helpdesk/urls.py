"""Which address leads where."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from chat.api.media_files import media_file
from helpdesk import pages

urlpatterns = [
    path("", pages.shop, name="shop"),
    path("widget.js", pages.widget_script, name="widget-script"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/schema/browse/", pages.browse_schema, name="schema-browse"),
    path("api/v1/", include("chat.api.urls")),
    path("chat/", include("chat.api.chat_urls")),
    path("media/<str:token>/<str:variant>", media_file, name="media"),
    path("admin/", admin.site.urls),
]
