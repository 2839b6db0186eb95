// What ends by itself. These tests wait for seconds, so they wait at the same time.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ISO_TIME, WORLD,
  assertKeys, newGuest, onChat, onRoot, startTakenConversation, together,
} from "./support.mjs";

const { ana } = WORLD.people;

/** Fail unless typing that began at `began` has ended now, after its six seconds. */
function assertSixSeconds(began) {
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds > 5.5 && seconds < 9, `it ended after ${seconds} s`);
}

describe("what ends by itself", { concurrency: true }, () => {
  test("typing that is not renewed ends by itself after six seconds", async () => {
    const guest = newGuest();
    const conversationId = await startTakenConversation(guest, ana);
    await together([onRoot(guest), onRoot(ana)], async (customer, agent) => {
      for (const client of [customer, agent]) await client.done("conversation:join", { conversationId });
      const began = performance.now();
      await customer.done("typing:start", { conversationId });
      await agent.next("typing:user-typing");
      await agent.next("typing:user-stopped");
      assertSixSeconds(began);
    });
  });

  test("a status of typing that is not renewed ends by itself after six seconds", async () => {
    const guest = newGuest();
    const chatId = await startTakenConversation(guest, ana);
    await together([onChat(guest, { chatId }), onChat(ana, { chatId })], async (customer, agent) => {
      const here = (data) => data.chatId === chatId;
      const began = performance.now();
      await customer.done("set-status", { status: "typing", chatId });
      assert.equal((await agent.next("presence-change", here)).status, "typing");
      assert.equal((await agent.next("presence-change", here)).status, "idle");
      assertSixSeconds(began);
    });
  });

  test("who comes and goes is told to the other side, after the grace time", async () => {
    const guest = newGuest();
    const mine = (data) => data.userId === guest.id;
    await together([onRoot(ana), onChat(ana)], async (agent, taker) => {
      await together([onChat(guest)], async (customer) => {
        const { chatId } = (await customer.done("join-chat", {})).chat;
        await taker.done("claim-chat", { chatId });
        await agent.done("conversation:join", { conversationId: chatId });
      });
      await agent.next("user:offline", mine);
      await together([onRoot(guest)], async () => {
        const online = await agent.next("user:online", mine);
        assertKeys(online, "userId role lastSeen");
        assert.equal(online.role, "User");
        assert.match(online.lastSeen, ISO_TIME);
      });
      assert.deepEqual(await agent.rest("user:offline", mine), [], "a reload must not flap");
      assert.equal((await agent.next("user:offline", mine)).role, "User");
    });
  });
});
