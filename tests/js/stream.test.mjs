import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation } from "../../static/shared/conversation.js";
import { Stream } from "../../static/shared/stream.js";
import { assistantMessage, chatState, chunk, ownMessage, streamEnd, streamPart } from "./support/messages.mjs";

function streamOf(...parts) {
  const stream = new Stream();
  for (const part of parts) stream.apply(part, 1);
  return stream;
}

/** A conversation that the assistant has, which is just saying this. */
function assisted(...parts) {
  const conversation = new Conversation({ ownId: "vera", isOwn: (message) => !message.fromAgent });
  conversation.apply(ownMessage(1));
  conversation.applyChat(chatState({ handler: "assistant", agent: null, assistant: { _id: "ada", name: "Ada" }, lastSeq: 1 }));
  for (const part of parts) conversation.applyStream(part);
  return conversation;
}

test("an answer grows by its chunks", () => {
  assert.deepEqual(streamOf(chunk("We "), chunk("ship ", 3), chunk("daily.", 8)).answer, { id: "stream-1", text: "We ship daily.", tool: null, after: 1 });
});

test("offsets count characters, not UTF-16 units", () => {
  assert.equal(streamOf(chunk("👍🏽 "), chunk("fine", 3)).answer.text, "👍🏽 fine");
});

test("what is told again from further back replaces what was known from there", () => {
  assert.equal(streamOf(chunk("We ship"), chunk("We send it ", 0), chunk("today", 11)).answer.text, "We send it today");
});

test("a chunk after a gap waits for the whole, also when it is the first that is heard", () => {
  assert.equal(streamOf(chunk("daily.", 8)).answer, null);
  assert.equal(streamOf(chunk("We "), chunk("daily.", 8)).answer.text, "We ");
  assert.equal(streamOf(chunk("We "), chunk("daily.", 8), chunk("We ship daily.", 0)).answer.text, "We ship daily.");
});

test("the tool in use is known until its result or the next words come", () => {
  const use = streamPart("tool-use", { name: "search_knowledge_base", arguments: { query: "norway" } });
  assert.deepEqual(streamOf(use).answer, { id: "stream-1", text: "", tool: "search_knowledge_base", after: 1 });
  assert.equal(streamOf(use, streamPart("tool-result", { name: "search_knowledge_base", result: "…" })).answer.tool, null);
  assert.deepEqual(streamOf(chunk("Let me see. "), use).answer, { id: "stream-1", text: "Let me see. ", tool: "search_knowledge_base", after: 1 });
  assert.equal(streamOf(use, chunk("Yes")).answer.tool, null);
});

test("an answer that was never said is gone at once, and no late chunk brings it back", () => {
  for (const reason of ["cut", "failed", "handed-over"]) {
    const stream = streamOf(chunk("Half an ans"), streamEnd(null, reason));
    assert.equal(stream.answer, null);
    stream.apply(chunk("Half an answer", 0), 1);
    assert.equal(stream.answer, null);
    stream.apply(chunk("Another", 0, "stream-2"), 1);
    assert.equal(stream.answer.text, "Another");
  }
});

test("an answer stands until its message is there, and never beside it", () => {
  const conversation = assisted(chunk("We ship daily."), streamEnd("message-2"));
  assert.equal(conversation.stream.text, "We ship daily.");
  conversation.apply(assistantMessage(2, { text: "We ship daily." }));
  assert.equal(conversation.stream, null);
});

test("where the message comes before the end, what is late of the stream changes nothing", () => {
  const conversation = assisted(chunk("We ship"));
  conversation.apply(assistantMessage(2, { text: "We ship daily." }));
  for (const late of [chunk("We ship daily.", 0), streamEnd("message-2")]) conversation.applyStream(late);
  assert.equal(conversation.stream, null);
});

test("the message is the answer also when the ack of a later one has come before it", () => {
  const conversation = assisted(chunk("We ship daily."), streamEnd("message-2"));
  conversation.apply(ownMessage(3));
  assert.equal(conversation.stream.text, "We ship daily.");
  conversation.apply(assistantMessage(2));
  assert.equal(conversation.stream, null);
});

test("what the customer says, and old answers that come again, leave the running one alone", () => {
  const conversation = assisted();
  conversation.apply(assistantMessage(2));
  conversation.applyStream(chunk("And "));
  conversation.apply(ownMessage(3));
  conversation.apply(assistantMessage(2));
  assert.equal(conversation.stream.text, "And ");
});

test("an older page of history with the assistant's words in it leaves the running answer alone", () => {
  const conversation = assisted();
  conversation.apply(ownMessage(5));
  conversation.applyStream(chunk("Now it "));
  conversation.applyAll([assistantMessage(2), assistantMessage(3)]);
  assert.equal(conversation.stream.text, "Now it ");
});

test("who takes the chat ends the answer in that moment", () => {
  for (const changes of [{ handler: "agent", agent: { name: "Alice" } }, { handler: "queue", status: "waiting" }, { handler: null, status: "closed" }]) {
    const conversation = assisted(chunk("Half an ans"));
    conversation.updateChat(changes);
    conversation.applyStream(chunk("wer", 11));
    conversation.applyStream(chunk("Half an answer", 0));
    assert.equal(conversation.stream, null);
    conversation.updateChat({ status: "open", handler: "assistant" });
    assert.equal(conversation.stream, null, "given back, the assistant begins anew");
    conversation.applyStream(chunk("Back ", 0, "stream-2"));
    assert.equal(conversation.stream.text, "Back ");
  }
});

test("a lost connection takes nothing away; then the same answer is told from its beginning", () => {
  const conversation = assisted(chunk("We ship "));
  conversation.interruptStream();
  assert.equal(conversation.stream.text, "We ship ");
  conversation.applyStream(chunk("We ship daily.", 0));
  conversation.applyChat(conversation.chat);
  assert.equal(conversation.stream.text, "We ship daily.");
});

test("an answer of which nothing is told after the connection's return is over", () => {
  const conversation = assisted(chunk("We ship "));
  conversation.applyChat(conversation.chat);
  assert.equal(conversation.stream.text, "We ship ", "asked again without a break");
  conversation.interruptStream();
  conversation.applyChat(conversation.chat);
  assert.equal(conversation.stream, null);
});

test("an answer that was ended while the connection was away stands once, as its message", () => {
  const conversation = assisted(chunk("We ship "));
  conversation.interruptStream();
  conversation.applyAll([assistantMessage(2, { text: "We ship daily." })]);
  assert.equal(conversation.stream, null);
});
