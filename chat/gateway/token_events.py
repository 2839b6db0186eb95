"""A socket's token, renewed without reconnecting (SPEC §2); on both namespaces."""

from __future__ import annotations

from chat.errors import Forbidden
from chat.gateway import commands, connecting
from chat.gateway.admitted import admitted
from chat.gateway.chat import chat
from chat.gateway.root import root
from chat.gateway.sockets import Socket
from chat.payloads import Payload, optional_timestamp
from chat.threads import in_database_thread


@root.on("refresh-token", takes=commands.RefreshToken)
@chat.on("refresh-token", takes=commands.RefreshToken)
async def refresh_token(socket: Socket, command: commands.RefreshToken) -> Payload:
    """The socket stays until the new token ends; it is still who it was."""
    renewed = await in_database_thread(connecting.principal_of_token, command.token)
    if str(renewed.user_id) != socket.user_id:
        raise Forbidden("The token is somebody else's. Connect with it instead.")
    socket.renew(command.token, renewed.token_expires_at)
    admitted().token_renewed(socket)
    return {"expiresAt": optional_timestamp(renewed.token_expires_at)}
