"""Measures the gateway side by side with other Socket.IO servers that do the same job."""
