"""Who may send which event."""

from tests.security.matrix import Row

ALL_WITH_A_TOKEN = "! + + + + + + +"
CONVERSATION = {"conversationId": "{conversation_id}"}
CHAT = {"chatId": "{conversation_id}"}
TEXT = {**CONVERSATION, "messageType": "text", "content": "Hello"}

#                            nobody, customer, visitor, owner, colleague, elsewhere, admin, foreigner
EVENTS: dict[str, dict[str, list[Row]]] = {
    "/": {
        "conversation:join": [Row("! * ? * * * * ?", CONVERSATION)],
        "conversation:leave": [Row(ALL_WITH_A_TOKEN, CONVERSATION)],
        "message:send": [
            Row("! + ? + n n + ?", TEXT),
            Row(
                "! + ? ? n n ? ?",
                {**CONVERSATION, "messageType": "image", "mediaId": "{media_id}"},
                hidden="media_id",
            ),
        ],
        "message:read": [Row("! + ? + + + + ?", {**CONVERSATION, "messageId": "{message_id}"})],
        "conversation:mark-all-read": [Row("! + ? + + + + ?", CONVERSATION)],
        "typing:start": [
            Row("! + x + + + + x", CONVERSATION, joined=True),
            Row("! x x x x x x x", CONVERSATION),
        ],
        "typing:stop": [Row(ALL_WITH_A_TOKEN, CONVERSATION)],
        "refresh-token": [Row("! + x x x x x x", {"token": "{access}"})],
    },
    "/chat": {
        "join-chat": [Row("! * ? * * * * ?", CHAT)],
        "leave-chat": [Row(ALL_WITH_A_TOKEN, CHAT)],
        "chat-message": [
            Row("! + ? + n n + ?", {**CHAT, "text": "Hello"}),
            Row("! + ? ? n n ? ?", {**CHAT, "mediaId": "{media_id}"}, hidden="media_id"),
            Row("! + ? n n n n ?", {**CHAT, "text": "Hello"}, state="assisted"),
        ],
        "sendMessage": [Row("! + ? + n n + ?", {**CHAT, "text": "Hello"})],
        "set-status": [
            Row(ALL_WITH_A_TOKEN, {"status": "away"}),
            Row("! + x + + + + x", {**CHAT, "status": "typing"}, joined=True),
            Row("! x x x x x x x", {**CHAT, "status": "typing"}),
        ],
        "mark-read": [
            Row("! + ? + + + + ?", {**CHAT, "messageId": "{message_id}"}),
            Row("! + ? + + + + ?", CHAT),
        ],
        "custom-message": [
            Row("! + ? + n n + ?", {**CHAT, "data": {"cart": 3}}),
            Row("! c ? c c c c ?", {**CHAT, "data": {"cart": 3}}, state="closed"),
        ],
        "refresh-token": [Row("! + x x x x x x", {"token": "{access}"})],
        "close-chat": [Row("! + ? + n n + ?", CHAT, once=True)],
        "resolve-chat": [Row("! x x + n n + ?", CHAT, once=True)],
        "rate-chat": [
            Row("! + ? x x x x x", {**CHAT, "score": 5}, state="closed"),
            Row("! c ? x x x x x", {**CHAT, "score": 5}),
        ],
        "add-note": [Row("! x x + + + + ?", {**CHAT, "text": "A note"})],
        "pick-next": [Row("! x x + + ? + ?", {"queueId": "{queue_id}"}, state="waiting", once=True)],
        "claim-chat": [
            Row("! x x + + ? + ?", CHAT, state="waiting", once=True),
            Row("! x x + c ? c ?", CHAT),
        ],
        "request-agent": [
            Row("! + ? x x x x x", CHAT),
            Row("! + ? x x x x x", CHAT, state="assisted", once=True),
        ],
        "accept-chat": [Row("! x x + c c c ?", CHAT)],
        "decline-chat": [Row("! x x c c c c ?", CHAT)],
        "transfer-chat": [
            Row("! x x + n n + ?", {**CHAT, "toQueue": "{queue_id}"}, once=True),
            Row("! x x c n n c ?", {**CHAT, "toAgent": "{owner_id}"}),
            Row("! x x n n n c ?", {**CHAT, "toQueue": "{queue_id}"}, state="assisted"),
        ],
        "takeover-chat": [
            Row("! x x + n n + ?", CHAT, once=True),
            Row("! x x + + ? + ?", CHAT, state="waiting", once=True),
            Row("! x x + + + + ?", CHAT, state="assisted", once=True),
        ],
        "resume-ai": [
            Row("! x x + n n + ?", CHAT, state="taken over", once=True),
            Row("! x x c n n c ?", CHAT),
            Row("! x x n n n c ?", CHAT, state="waiting"),
            Row("! x x * * * * ?", CHAT, state="assisted"),
        ],
        "watch-chat": [
            Row("! x x * * * * ?", CHAT),
            Row("! x x * * * * ?", CHAT, state="assisted"),
        ],
        "suggest-reply": [Row("! x x + + + + ?", CHAT)],
    },
}
