import assert from "node:assert/strict";
import { test } from "node:test";

import { Drafts } from "../../static/desk/state/drafts.js";
import { Team } from "../../static/desk/state/team.js";
import { documentTitle } from "../../static/desk/state/title.js";
import { MemoryStorage } from "../../static/shared/storage.js";
import { BOB } from "./support/desk.mjs";

test("each chat has a draft of its own, and an emptied one leaves nothing behind", () => {
  const storage = new MemoryStorage();
  const drafts = new Drafts(storage, "draft:alice:");
  drafts.set("one", "Hello V");
  drafts.set("two", "Hello T");
  assert.deepEqual([drafts.get("one"), drafts.get("two"), drafts.get("three")], ["Hello V", "Hello T", ""]);
  drafts.set("one", "");
  assert.equal(storage.length, 1);
});

test("another agent at the same browser does not see the drafts", () => {
  const storage = new MemoryStorage();
  new Drafts(storage, "draft:alice:").set("one", "secret");
  assert.equal(new Drafts(storage, "draft:bob:").get("one"), "");
});

test("a full storage says so and throws nothing", () => {
  const full = { setItem() { throw new DOMException("full", "QuotaExceededError"); }, getItem: () => null };
  assert.equal(new Drafts(full, "p:").set("one", "text"), false);
});

test("those who are here come first", () => {
  const team = new Team();
  team.applySnapshot([
    { email: "z@example.com", name: "Zoe", status: "offline" },
    { email: "b@example.com", name: "Ben", status: "away" },
    { email: "y@example.com", name: "Yan", status: "online" },
    { email: "a@example.com", name: "Ann", status: "online" },
  ]);
  assert.deepEqual(team.members.map((member) => member.name), ["Ann", "Yan", "Ben", "Zoe"]);
});

test("a change told while the list is on its way outlives the list", () => {
  const team = new Team();
  team.beginSnapshot();
  team.applyPresence({ ...BOB, status: "online" });
  team.applySnapshot([{ ...BOB, status: "offline" }]);
  assert.equal(team.statusOf(BOB.email), "online");
});

test("the tab's title counts unread messages and waiting chats", () => {
  assert.equal(documentTitle({ unread: 0, waiting: 0 }), "Desk – Helpdesk");
  assert.equal(documentTitle({ unread: 3, waiting: 2 }), "(3) Desk · 2 waiting – Helpdesk");
});
