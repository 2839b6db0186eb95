"""The shapes that the chat system's documentation shows, written down from it (SPEC §5.1, §6)."""

from tests.support.shapes import ID, TIME, URL, Each, Maybe

PERSON = {"_id": ID, "first_name": str, "last_name": str, "role": {"User", "Support", "Admin"}}
CONVERSATION = {
    "_id": ID,
    "userId": {"_id": ID, "first_name": str, "last_name": str, "phone": str, "isOnline": bool},
    "assignedSupportId": Maybe(PERSON),
    "status": {"open", "waiting", "resolved", "closed"},
    "unreadCount": Each(int),
    "lastSeq": int,
    "queue": Maybe({"id": ID, "name": str}),
    "createdAt": TIME,
    "updatedAt": TIME,
}
MEDIA = {
    "_id": ID,
    "name": str,
    "type": {"image", "audio", "video"},
    "url": URL,
    "format": str,
    "size": int,
}
MESSAGE = {
    "_id": ID,
    "conversationId": ID,
    "seq": int,
    "senderId": Maybe(PERSON),
    "messageType": {"text", "image", "audio", "video", "system"},
    "content": str,
    "media": Maybe(MEDIA),
    "isRead": bool,
    "clientMessageId": Maybe(str),
    "createdAt": TIME,
}
PAGINATION = {"currentPage": int, "totalPages": int, "totalItems": int}
ERROR = {"success": {False}, "message": str}

# Socket events of namespace `/`, server to client.
EVENTS = {
    "message:new": {"message": MESSAGE, "conversationId": ID},
    "message:sent": {"messageId": ID, "timestamp": TIME, "conversationId": ID, "seq": int},
    "notification:new-message": {
        "conversationId": ID,
        "message": MESSAGE,
        "sender": {"id": ID, "name": str},
    },
    "typing:user-typing": {"conversationId": ID, "userId": ID, "userName": str},
    "typing:user-stopped": {"conversationId": ID, "userId": ID, "userName": str},
    "message:read-receipt": {
        "messageId": ID,
        "conversationId": ID,
        "readBy": ID,
        "readAt": TIME,
        "seq": int,
    },
    "conversation:updated": {"conversation": CONVERSATION},
    "message:updated": {"message": MESSAGE, "conversationId": ID},
    "message:deleted": {"message": MESSAGE, "conversationId": ID},
    "user:online": {"userId": ID, "role": {"User", "Support", "Admin"}, "lastSeen": TIME},
    "user:offline": {"userId": ID, "role": {"User", "Support", "Admin"}, "lastSeen": TIME},
    "error": {"message": str, "code": str, "event": str},
}
