import assert from "node:assert/strict";
import { test } from "node:test";

import { initials, segments, textLength } from "../../static/shared/text.js";

const links = (text) => segments(text).filter((piece) => piece.href).map((piece) => piece.text);

test("text without an address is one piece", () => {
  assert.deepEqual(segments("Hello <b>there</b> & you"), [{ text: "Hello <b>there</b> & you" }]);
  assert.deepEqual(segments(""), []);
});

test("http and https addresses become links", () => {
  assert.deepEqual(segments("See https://example.com/a?b=1 and http://example.org"), [
    { text: "See " },
    { text: "https://example.com/a?b=1", href: "https://example.com/a?b=1" },
    { text: " and " },
    { text: "http://example.org", href: "http://example.org/" },
  ]);
});

for (const address of ["javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "//example.com", "xhttps:/x"]) {
  test(`${address} never becomes a link`, () => {
    assert.deepEqual(links(`look ${address} here`), []);
  });
}

test("an address hidden in another scheme links only to itself", () => {
  const [piece] = segments("javascript:https://example.com").filter((each) => each.href);
  assert.equal(piece.href, "https://example.com/");
});

test("punctuation after an address is not part of it", () => {
  assert.deepEqual(links("Is it https://example.com/a? Yes: https://example.com/b."), ["https://example.com/a", "https://example.com/b"]);
});

test("brackets belong to the address only in pairs", () => {
  assert.deepEqual(links("(https://example.com/a)"), ["https://example.com/a"]);
  assert.deepEqual(links("https://example.com/Set_(mathematics)"), ["https://example.com/Set_(mathematics)"]);
});

test("markup and quotes end an address", () => {
  assert.deepEqual(links('<a href="https://example.com/"onclick=x>'), ["https://example.com/"]);
});

test("the pieces joined are the text", () => {
  const text = 'a https://example.com/ü, (http://x.de) https:// http://[bad "https://y.org"!\nend';
  assert.equal(segments(text).map((piece) => piece.text).join(""), text);
});

test("hostile text is split in time that grows with its length", () => {
  const started = performance.now();
  segments("http://".repeat(20_000));
  segments(`http://x${")".repeat(100_000)}`);
  segments(`http://x${".".repeat(100_000)}`);
  assert.ok(performance.now() - started < 1000);
});

test("length is counted in characters of the trimmed text, an emoji as one", () => {
  assert.equal(textLength("  hi 👋 "), 4);
});

test("initials are the first letters of the first and last name", () => {
  assert.equal(initials("Alice van Example"), "AE");
  assert.equal(initials("élodie"), "É");
  assert.equal(initials("  "), "");
  assert.equal(initials(null), "");
});
