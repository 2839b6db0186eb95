"""A channel layer that loses what is sent, as the real one does when a process is slow."""

from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

lost: list[dict[str, Any]] = []
"""What has been lost; `keep_every` lets one of so many through."""
keep_every = 0


class LossyLayer(RedisPubSubChannelLayer):
    """The layer that is used otherwise, but for what it loses."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send to a group, or not."""
        lost.append(message)
        if keep_every and len(lost) % keep_every == 0:
            await self.__getattr__("group_send")(group, message)
