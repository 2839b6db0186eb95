/** People and facts of the desk's tests: Alice sits at the desk, Bob is her colleague, Vera is a customer. */

import { DeskState } from "../../../static/desk/state/desk-state.js";
import { FakeClock } from "./fake_clock.mjs";
import { chatMessage, chatState } from "./messages.mjs";

export const ALICE = { id: "id-alice", email: "alice@example.com", name: "Alice", role: "agent" };
export const BOB = { id: "id-bob", email: "bob@example.com", name: "Bob", role: "agent" };
export const VERA = { id: "id-vera", email: "vera@example.com", name: "Vera", role: "customer" };

export function aliceDesk(onChange, overrides = {}) {
  return new DeskState({ ...ALICE, ...overrides }, onChange, new FakeClock());
}

export function said(person, seq, overrides = {}) {
  return chatMessage(seq, {
    from: person.email,
    fromId: person.id,
    fromEmail: person.email,
    fromName: person.name,
    fromAgent: person.role === "agent",
    ...overrides,
  });
}

/** The `chat` of an ack: Alice's chat with Vera, unless told otherwise. */
export function chatWith(overrides = {}) {
  return chatState({ queue: { id: "queue-1", name: "support" }, ...overrides });
}

export function withAgent({ email, name }) {
  return { agentEmail: email, agentName: name };
}

/** A waiting conversation as REST lists it (SPEC §5.1). */
export function waitingConversation(id, overrides = {}) {
  return {
    _id: id,
    userId: { _id: "id-vera", first_name: "Vera", last_name: "Novak", isOnline: true },
    queue: { id: "queue-1", name: "support" },
    lastMessage: "Hello",
    createdAt: "2026-03-09T10:00:00.000Z",
    ...overrides,
  };
}
