"""Socket.IO's transports as Channels consumers: what does the I/O for `chat.socketio`."""
