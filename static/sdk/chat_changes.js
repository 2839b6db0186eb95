/** What an event says a chat is now (SPEC §5.2). */

const CHANGES = {
  "chat-assigned": ({ agentName, agentEmail }) => ({
    status: "open", handler: "agent", agent: { name: agentName, email: agentEmail }, agentStatus: "online",
  }),
  "chat-resolved": () => ({ status: "resolved", handler: null }),
  // To another agent it is offered only, and stays with the first until then. To nobody: to the assistant.
  "chat-transferred": ({ toQueue, toAgent, assistant }) => {
    const taken = { agent: null, agentStatus: undefined };
    if (toQueue) return { ...taken, status: "waiting", handler: "queue", queue: toQueue };
    return toAgent ? null : { ...taken, status: "open", handler: "assistant", assistant };
  },
  "queue-timeout": () => ({ queueTimedOut: true }),
  "customer-updated": ({ customer }) => ({ customer }),
};

/** The fields of the `chat` that change; null when the event says nothing of it. */
export function chatChanges(event, data) {
  return (Object.hasOwn(CHANGES, event) && CHANGES[event](data)) || null;
}
