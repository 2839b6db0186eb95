import assert from "node:assert/strict";
import { test } from "node:test";

import { clockTime, dayKey, dayLabel, duration, secondsSince } from "../../static/shared/time.js";

const NOW = new Date(2026, 2, 9, 15, 0);
const at = (...parts) => new Date(...parts).toISOString();

test("today and yesterday are named in the language", () => {
  assert.equal(dayLabel(at(2026, 2, 9, 0, 1), "en", NOW), "Today");
  assert.equal(dayLabel(at(2026, 2, 8, 23, 59), "en", NOW), "Yesterday");
  assert.equal(dayLabel(at(2026, 2, 9, 9), "de", NOW), "Heute");
  assert.equal(dayLabel(at(2026, 2, 8, 9), "de", NOW), "Gestern");
});

test("an earlier day is a date, with its year only when it is another one", () => {
  assert.equal(dayLabel(at(2026, 1, 3, 9), "en", NOW), "Tuesday, February 3");
  assert.match(dayLabel(at(2025, 1, 3, 9), "en", NOW), /2025/);
});

test("yesterday is right across a change of the clocks", () => {
  const monday = new Date(2026, 2, 30, 0, 30);
  assert.equal(dayLabel(at(2026, 2, 29, 0, 30), "en", monday), "Yesterday");
});

test("two moments of one local day have one key", () => {
  assert.equal(dayKey(at(2026, 2, 9, 0, 0)), dayKey(at(2026, 2, 9, 23, 59)));
  assert.equal(dayKey(at(2026, 2, 9, 12)), "2026-03-09");
});

test("the time of day follows the language", () => {
  assert.match(clockTime(at(2026, 2, 9, 14, 5), "en-US"), /^2:05\sPM$/);
  assert.equal(clockTime(at(2026, 2, 9, 14, 5), "de"), "14:05");
});

test("a span is given in its largest fitting unit", () => {
  assert.equal(duration(59.9, "en"), "59 sec");
  assert.equal(duration(60, "en"), "1 min");
  assert.equal(duration(7200, "en"), "2 hr");
  assert.equal(duration(3 * 86_400, "en"), "3 days");
  assert.equal(duration(-5, "en"), "0 sec");
});

test("seconds since a moment are never negative", () => {
  assert.equal(secondsSince("2026-03-09T10:00:00.000Z", Date.parse("2026-03-09T10:01:30.900Z")), 90);
  assert.equal(secondsSince("2026-03-09T10:00:00.000Z", Date.parse("2026-03-09T09:00:00.000Z")), 0);
});
