import assert from "node:assert/strict";
import { test } from "node:test";

import { TypingSender, TypingTracker } from "../../static/shared/typing.js";
import { FakeClock } from "./support/fake_clock.mjs";

function senderAndSent() {
  const clock = new FakeClock();
  const sent = [];
  return { clock, sent, sender: new TypingSender((isTyping) => sent.push(isTyping), clock) };
}

test("typing is told at the first key and renewed at most every three seconds", () => {
  const { clock, sent, sender } = senderAndSent();
  for (let elapsed = 0; elapsed < 6000; elapsed += 100) {
    sender.keyPressed();
    clock.advance(100);
  }
  assert.deepEqual(sent, [true, true]);
  sender.keyPressed();
  assert.deepEqual(sent, [true, true, true]);
});

test("typing ends by itself after a pause, once", () => {
  const { clock, sent, sender } = senderAndSent();
  sender.keyPressed();
  clock.advance(3999);
  assert.deepEqual(sent, [true]);
  clock.advance(1);
  assert.deepEqual(sent, [true, false]);
  clock.advance(60_000);
  assert.deepEqual(sent, [true, false]);
});

test("a sent message ends typing at once, and the next key begins it anew", () => {
  const { clock, sent, sender } = senderAndSent();
  sender.keyPressed();
  sender.stop();
  sender.keyPressed();
  assert.deepEqual(sent, [true, false, true]);
  assert.equal(clock.waiting, 1);
});

test("stopping without having typed tells nothing", () => {
  const { sent, sender } = senderAndSent();
  sender.stop();
  assert.deepEqual(sent, []);
});

function trackerAndChanges() {
  const clock = new FakeClock();
  const changes = [];
  return { clock, changes, tracker: new TypingTracker((names) => changes.push(names), clock) };
}

test("a begin that is not renewed ends after six seconds", () => {
  const { clock, changes, tracker } = trackerAndChanges();
  tracker.begin("alice", "Alice");
  clock.advance(5999);
  assert.deepEqual(tracker.names, ["Alice"]);
  clock.advance(1);
  assert.deepEqual(changes, [["Alice"], []]);
});

test("a renewal keeps it alive without a change", () => {
  const { clock, changes, tracker } = trackerAndChanges();
  tracker.begin("alice", "Alice");
  clock.advance(5000);
  tracker.begin("alice", "Alice");
  clock.advance(5000);
  assert.deepEqual(tracker.names, ["Alice"]);
  assert.deepEqual(changes, [["Alice"]]);
});

test("each one typing ends alone", () => {
  const { tracker } = trackerAndChanges();
  tracker.begin("alice", "Alice");
  tracker.begin("bob", "Bob");
  tracker.end("alice");
  assert.deepEqual(tracker.names, ["Bob"]);
});

test("an end of somebody who was not typing changes nothing", () => {
  const { changes, tracker } = trackerAndChanges();
  tracker.end("alice");
  assert.deepEqual(changes, []);
});

test("clearing leaves nobody typing and no timer behind", () => {
  const { clock, tracker } = trackerAndChanges();
  tracker.begin("alice", "Alice");
  tracker.begin("bob", "Bob");
  tracker.clear();
  assert.deepEqual(tracker.names, []);
  assert.equal(clock.waiting, 0);
});
