// What a client is told that may not or that asks in the wrong way.
import assert from "node:assert/strict";
import test from "node:test";
import { Client, WORLD, newGuest, onChat, onRoot, startConversation, together } from "./support.mjs";

const { ana, dora } = WORLD.people;

const refused = newGuest();
const REFUSALS = [
  ["without auth", undefined, "token_missing"],
  ["without a token", {}, "token_missing"],
  ["with an empty token", { token: "" }, "token_missing"],
  ["with an expired token", { token: refused.expired }, "token_expired"],
  ["with a token that is none", { token: "nonsense" }, "token_invalid"],
  ["with a token that is a number", { token: 7 }, "token_invalid"],
  ["with a forged token", { token: `${refused.access.slice(0, -4)}AAAA` }, "token_invalid"],
  ["with a refresh token", { token: refused.refresh }, "token_invalid"],
  ["with the token of a deactivated person", { token: dora.access }, "token_invalid"],
  ["with a false orgId", { token: refused.access, orgId: WORLD.otherOrganization.id }, "forbidden"],
  ["with a false role", { token: refused.access, role: "agent" }, "forbidden"],
  ["with a false userEmail", { token: refused.access, userEmail: ana.email }, "forbidden"],
];

for (const namespace of ["/", "/chat"]) {
  for (const [how, auth, code] of REFUSALS) {
    test(`${namespace} refuses a connect ${how} with ${code}`, async () => {
      const client = new Client(namespace, auth);
      const error = await client.refused();
      client.close();
      assert.deepEqual(error.data, { code });
      assert.ok(error.message.length > 10, error.message);
    });
  }

  test(`${namespace} lets in whoever says the truth of itself`, async () => {
    const guest = newGuest();
    const { id, slug } = WORLD.organization;
    const claims = [
      { orgId: id, userEmail: guest.email, role: "customer" },
      { orgId: slug, userEmail: guest.email.toUpperCase(), role: "User" },
    ];
    const clients = claims.map((claim) => new Client(namespace, { token: guest.access, ...claim }));
    await together(clients, async () => {});
  });

  test(`without an ack an error is an event, on ${namespace}`, async () => {
    await together([new Client(namespace, { token: newGuest().access })], async (client) => {
      client.socket.emit("no-such-event", { some: "thing" });
      const { message, ...error } = await client.next("error");
      assert.deepEqual(error, { code: "unknown_event", event: "no-such-event" });
      assert.match(message, /Clients may send/);
      await client.denied("no-such-event", {});
      assert.deepEqual(await client.rest("error"), [], "with an ack there is no event");
    });
  });

  test(`${namespace} refuses a connect that names somebody else's chat`, async () => {
    const { _id: chatId } = await startConversation(newGuest());
    const client = new Client(namespace, { token: newGuest().access, chatId });
    assert.deepEqual((await client.refused()).data, { code: "not_found" });
    client.close();
  });
}

test("without an ack a refused message is an error event", async () => {
  await together([onChat(newGuest()), onRoot(newGuest())], async (chat, root) => {
    chat.socket.emit("chat-message", { chatId: "nowhere", text: "Hello" });
    const { message, ...error } = await chat.next("error");
    assert.deepEqual(error, { code: "not_found", event: "chat-message" });
    assert.equal(message, "There is no such conversation.");
    root.socket.emit("message:send", { conversationId: "nowhere" });
    assert.equal((await root.next("error")).code, "invalid");
  });
});

test("an event's false claims are refused, true ones are not", async () => {
  const guest = newGuest();
  await together([onChat(guest)], async (customer) => {
    const { chat } = await customer.done("join-chat", { role: "customer", userEmail: guest.email });
    const text = { chatId: chat.chatId, text: "Hello" };
    const lies = [{ role: "agent" }, { orgId: WORLD.otherOrganization.slug }, { userEmail: ana.email }];
    for (const claim of lies) {
      assert.equal(await customer.denied("chat-message", { ...text, ...claim }), "forbidden");
    }
    await customer.done("chat-message", { ...text, orgId: WORLD.organization.slug });
  });
});
