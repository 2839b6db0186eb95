import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_FILE_BYTES, fileSize, mediaTypeOf, refusalOf } from "../../static/shared/media.js";
import { Uploads } from "../../static/shared/uploads.js";

const photo = { name: "photo.jpg", type: "image/jpeg", size: 1000 };

/** Uploads whose answers the test gives by hand. */
function heldUploads() {
  const calls = [];
  const uploaded = [];
  const uploads = new Uploads({
    send: (file, options) => new Promise((resolve, reject) => calls.push({ file, ...options, resolve, reject })),
    onUploaded: (upload, media) => uploaded.push([upload.id, upload.chatId, media]),
  });
  return { uploads, calls, uploaded };
}

test("a file is what its type says, and only pictures, sounds and videos can be sent", () => {
  assert.deepEqual(["image/png", "audio/mpeg", "video/mp4", "application/pdf", ""].map((type) => mediaTypeOf({ type })), ["image", "audio", "video", null, null]);
  assert.equal(refusalOf({ type: "application/pdf", size: 1 }), "file-type");
  assert.equal(refusalOf({ type: "image/png", size: MAX_FILE_BYTES + 1 }), "file-size");
  assert.equal(refusalOf({ type: "image/png", size: MAX_FILE_BYTES }), null);
});

test("a size is told in what people count", () => {
  assert.deepEqual([300, 345_678, 2_100_000].map((bytes) => fileSize(bytes, "en")), ["1 kB", "346 kB", "2.1 MB"]);
});

test("an upload shows how far it is, and is gone when it is done", async () => {
  const { uploads, calls, uploaded } = heldUploads();
  const over = uploads.add(photo, "chat-1");
  calls[0].onProgress(0.5);
  const [{ id, progress, type }] = uploads.of("chat-1");
  assert.deepEqual([progress, type], [0.5, "image"]);
  calls[0].resolve({ _id: "f" });
  assert.equal((await over).error, null);
  assert.deepEqual(uploads.of("chat-1"), []);
  assert.deepEqual(uploaded, [[id, "chat-1", { _id: "f" }]]);
});

test("a file that cannot be sent does not go out, and trying again is no use", async () => {
  const { uploads, calls } = heldUploads();
  const { id, error } = await uploads.add({ name: "a.pdf", type: "application/pdf", size: 1 }, "chat-1");
  uploads.retry(id);
  assert.equal(error.code, "file-type");
  assert.equal(uploads.of("chat-1")[0].error.code, "file-type");
  assert.equal(calls.length, 0);
});

test("what the server refuses says why, and can be tried again", async () => {
  const { uploads, calls, uploaded } = heldUploads();
  const over = uploads.add(photo, "chat-1");
  calls[0].reject(new Error("This is no JPEG."));
  const { id, error } = await over;
  assert.equal(error.message, "This is no JPEG.");
  uploads.retry(id);
  calls[1].resolve({ _id: "f" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(uploaded.length, 1);
});

test("a discarded upload is broken off and never becomes a message", async () => {
  const { uploads, calls, uploaded } = heldUploads();
  const over = uploads.add(photo, "chat-1");
  assert.equal(uploads.discard(uploads.of("chat-1")[0].id), true);
  assert.equal(calls[0].signal.aborted, true);
  calls[0].resolve({ _id: "f" });
  await over;
  assert.deepEqual(uploaded, []);
  assert.equal(uploads.discard("nobody"), false);
});

test("a file chosen before the conversation goes into it, and into no other", async () => {
  const { uploads, calls, uploaded } = heldUploads();
  const over = uploads.add(photo);
  uploads.address("chat-1");
  calls[0].resolve({ _id: "f" });
  await over;
  assert.equal(uploaded[0][1], "chat-1");
  assert.deepEqual(uploads.of("chat-2"), []);
});
