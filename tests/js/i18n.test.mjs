import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseLanguage, direction, translator } from "../../static/shared/i18n.js";

test("the first wanted language that there are words for is chosen", () => {
  assert.equal(chooseLanguage(["fr", "de-AT", "en"], ["en", "de"]), "de");
  assert.equal(chooseLanguage(["DE"], ["en", "de"]), "de");
  assert.equal(chooseLanguage(["", undefined, "fr"], ["en", "de"]), "en");
});

test("values stand where their names stood, unknown names stay", () => {
  const t = translator({ hello: "Hello {name}, {other}" }, "en");
  assert.equal(t("hello", { name: "{other}" }), "Hello {other}, {other}");
});

test("the plural follows the count in the language", () => {
  const t = translator({ unread: { one: "{count} message", other: "{count} messages" } }, "en");
  assert.equal(t("unread", { count: 1 }), "1 message");
  assert.equal(t("unread", { count: 0 }), "0 messages");
});

test("an unknown key is shown as it is, also one that every object has", () => {
  const t = translator({}, "en");
  assert.equal(t("Something new"), "Something new");
  assert.equal(t("constructor"), "constructor");
});

test("values that every object has are not filled in", () => {
  assert.equal(translator({ x: "{toString}" }, "en")("x"), "{toString}");
});

test("Arabic and Hebrew run right to left, English and unknown languages left to right", () => {
  assert.equal(direction("ar-EG"), "rtl");
  assert.equal(direction("he"), "rtl");
  assert.equal(direction("en"), "ltr");
  assert.equal(direction(undefined), "ltr");
});
