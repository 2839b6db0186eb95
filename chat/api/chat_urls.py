"""The chat endpoints, mounted at `/api/v1/chat/` and again at `/chat/` (SPEC §6)."""

from django.urls import path, re_path

from chat.api import account_views, team_views, views

urlpatterns = [
    path("conversations", views.Conversations.as_view()),
    path("conversations/<str:conversation_id>", views.ConversationDetail.as_view()),
    path("conversations/<str:conversation_id>/read", views.ReadConversation.as_view()),
    path("conversations/<str:conversation_id>/end", views.EndConversation.as_view()),
    path("messages", views.Messages.as_view()),
    path("messages/<str:conversation_id>", views.ConversationMessages.as_view()),
    path("support/conversations", views.SupportConversations.as_view()),
    path("presence", team_views.Presence.as_view()),
    path("queues", team_views.Queues.as_view()),
    re_path("", account_views.Nowhere.as_view()),
]
