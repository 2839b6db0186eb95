"""A channel layer that loses what is sent, as the real one does when a process is slow."""

import random
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

sent: list[dict[str, Any]] = []
"""Everything that was to be sent."""
loses: float = True
"""What of it is lost: everything, nothing, or a share."""


class LossyLayer(RedisPubSubChannelLayer):
    """The layer that is used otherwise, but for what it loses."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send to a group, or not."""
        sent.append(message)
        if random.random() >= loses:
            await self.__getattr__("group_send")(group, message)
