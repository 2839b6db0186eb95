"""Everything under `/api/v1/`."""

from django.urls import include, path, re_path

from chat.api import account_views, ticket_views, widget_views

urlpatterns = [
    path("auth/token", account_views.TokenView.as_view()),
    path("auth/token/refresh", account_views.RefreshView.as_view()),
    path("widget/<slug:key>/profile", widget_views.WidgetProfile.as_view()),
    path("widget/<slug:key>/token", widget_views.WidgetToken.as_view()),
    path("widget/<slug:key>/tickets", ticket_views.Tickets.as_view()),
    path("chat/", include("chat.api.chat_urls")),
    re_path("", account_views.Nowhere.as_view()),
]
