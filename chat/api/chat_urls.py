"""The chat endpoints, mounted at `/api/v1/chat/` and again at `/chat/` (SPEC §6)."""

from django.urls import path, re_path

from chat.api import (
    account_views,
    config_views,
    conversation_views,
    ice_views,
    lifecycle_views,
    me_views,
    media_views,
    message_views,
    note_views,
    search_views,
    stats_views,
    support_views,
    sync_views,
    team_views,
    transcript_views,
)

urlpatterns = [
    path("conversations", conversation_views.Conversations.as_view()),
    path("conversations/<str:conversation_id>", conversation_views.ConversationDetail.as_view()),
    path("conversations/<str:conversation_id>/read", conversation_views.ReadConversation.as_view()),
    path("conversations/<str:conversation_id>/end", conversation_views.EndConversation.as_view()),
    path("conversations/<str:conversation_id>/notes", note_views.Notes.as_view()),
    path("conversations/<str:conversation_id>/rating", lifecycle_views.ConversationRating.as_view()),
    path("conversations/<str:conversation_id>/status", lifecycle_views.ConversationStatus.as_view()),
    path("support/reassign", lifecycle_views.Reassign.as_view()),
    path("conversations/<str:conversation_id>/transcript", transcript_views.Transcript.as_view()),
    path("messages", message_views.Messages.as_view()),
    path("messages/search", search_views.MessageSearch.as_view()),
    path("messages/<str:conversation_or_message_id>", message_views.ConversationMessages.as_view()),
    path("media", media_views.MediaFiles.as_view()),
    path("support/conversations", support_views.SupportConversations.as_view()),
    path("support/stats", stats_views.SupportStats.as_view()),
    path("sync", sync_views.Sync.as_view()),
    path("me", me_views.Me.as_view()),
    path("config/<slug:config_id>", config_views.Config.as_view()),
    path("ice-servers", ice_views.IceServers.as_view()),
    path("presence", team_views.Presence.as_view()),
    path("queues", team_views.Queues.as_view()),
    re_path("", account_views.Nowhere.as_view()),
]
