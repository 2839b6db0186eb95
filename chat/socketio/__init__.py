"""Engine.IO 4 and Socket.IO 5, pure: text and bytes in, packets out; no event loop, no clock, no Django."""
