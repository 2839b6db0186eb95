"""Who may call what of the REST interface."""

from tests.security.matrix import Row

ALL = "+ + + + + + + +"
ALL_WITH_A_TOKEN = "! + + + + + + +"
TEXT = {"conversationId": "{conversation_id}", "messageType": "text", "content": "Hello"}
MESSAGE = {"conversation_or_message_id": "message_id"}
CONVERSATION = {"conversation_or_message_id": "conversation_id"}

#                            nobody, customer, visitor, owner, colleague, elsewhere, admin, foreigner
REST: dict[str, list[Row]] = {
    "POST auth/token": [Row(ALL, {"email": "bo@home.example", "password": "correct horse"})],
    "POST auth/token/refresh": [Row(ALL, {"refresh": "{refresh}"})],
    "GET widget/{key}/profile": [Row(ALL)],
    "POST widget/{key}/token": [Row(ALL, {"name": "New"})],
    "POST widget/{key}/tickets": [
        Row(ALL, {"name": "Vera", "email": "vera@example.com", "description": "Call me"})
    ],
    "POST chat/conversations": [Row("! * o x x x x x")],
    "GET chat/conversations": [Row("! * o * o o o o")],
    "GET chat/conversations/{conversation_id}": [Row("! * ? * * * * ?")],
    "PATCH chat/conversations/{conversation_id}/read": [Row("! + ? + + + + ?")],
    "POST chat/conversations/{conversation_id}/end": [Row("! + ? + n n + ?", {"reason": "Done"}, once=True)],
    "GET chat/conversations/{conversation_id}/notes": [Row("! x x * * * * ?")],
    "POST chat/conversations/{conversation_id}/notes": [Row("! x x + + + + ?", {"content": "A note"})],
    "POST chat/conversations/{conversation_id}/rating": [
        Row("! + ? x x x x x", {"score": 5}, state="closed"),
        Row("! c ? x x x x x", {"score": 5}),
    ],
    "PATCH chat/conversations/{conversation_id}/status": [
        Row("! x x + n n + ?", {"status": "resolved"}, once=True),
        Row("! x x + n n + ?", {"status": "closed"}, once=True),
        Row("! x x + n n + ?", {"status": "waiting"}, once=True),
        Row("! x x + + ? + ?", {"status": "open"}, state="waiting", once=True),
    ],
    "GET chat/conversations/{conversation_id}/transcript": [Row("! * ? * * * * ?")],
    "POST chat/conversations/{conversation_id}/transcript": [Row("! + ? + n n + ?", once=True)],
    "GET chat/messages/{conversation_or_message_id}": [Row("! * ? * * * * ?", names=CONVERSATION)],
    "POST chat/messages": [
        Row("! + ? + n n + ?", TEXT),
        Row(
            "! + ? ? n n ? ?",
            {**TEXT, "content": None, "messageType": "image", "mediaId": "{media_id}"},
            hidden="media_id",
        ),
    ],
    "PATCH chat/messages/{conversation_or_message_id}": [
        Row("! + ? x x x + ?", {"content": "Different"}, names=MESSAGE)
    ],
    "DELETE chat/messages/{conversation_or_message_id}": [Row("! + ? x x x + ?", names=MESSAGE, once=True)],
    "GET chat/messages/search": [Row("! * o * * * * o", {"q": "whispered"})],
    "POST chat/media": [Row("! o o o o o o o")],
    "GET chat/sync": [Row("! * o * o o o o"), Row("! * o * * o * o", state="waiting")],
    "GET chat/support/conversations": [Row("! x x * * * * o")],
    "GET chat/support/stats": [Row("! x x o o o o o")],
    "POST chat/support/reassign": [
        Row(
            "! x x x x x + ?",
            {"conversationId": "{conversation_id}", "supportId": "{colleague_id}"},
        ),
        Row("! x x x x x ? ?", {"conversationId": "{conversation_id}", "supportId": "{foreigner_id}"}),
    ],
    "GET chat/presence": [Row("! x x o o o o o")],
    "GET chat/queues": [Row("! x x o o o o o")],
    "GET chat/me": [Row(ALL_WITH_A_TOKEN)],
    "PATCH chat/me": [Row(ALL_WITH_A_TOKEN, {"phone": "+49 30 1"})],
    "GET chat/config/{config_id}": [Row("! + + + + + + ?", is_shared=True)],
    "GET chat/ice-servers": [Row(ALL_WITH_A_TOKEN)],
}
