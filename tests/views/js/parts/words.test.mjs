import assert from "node:assert/strict";
import { test } from "node:test";

import { brief, clock, count, dated, offset, rough, size, span, speakLike } from "../../../../alcf_mcp/views/kit/words.mjs";

const MIDNIGHT = Date.UTC(2026, 10, 26) / 1000;

test("a span has its two largest units", () => {
  const told = [0, 59.4, 60, 3599, 3600, 7800, 48 * 3600, 200_000].map(span);
  assert.deepEqual(told, ["0 s", "59 s", "1 min", "1 h", "1 h", "2 h 10 min", "2 d", "2 d 7 h"]);
});

test("a rough span has its largest unit alone", () => {
  assert.deepEqual([5, 90, 7800, 200_000].map(rough), ["5 s", "2 min", "2 h", "2 d"]);
});

test("a clock shows the day only where it is another", () => {
  speakLike({ locale: "en-GB", timeZone: "UTC" });
  assert.equal(clock(MIDNIGHT + 3600, MIDNIGHT), "01:00");
  assert.equal(clock(MIDNIGHT - 3600, MIDNIGHT), "25 Nov, 23:00");
});

test("the reader's time zone counts", () => {
  speakLike({ timeZone: "America/Chicago" });
  assert.equal(offset(MIDNIGHT), -6 * 3600);
  assert.equal(clock(MIDNIGHT, MIDNIGHT), "18:00");
  speakLike({ timeZone: "UTC" });
  assert.equal(offset(MIDNIGHT), 0);
});

test("numbers have the reader's separators", () => {
  assert.equal(count(1, "node"), "1 node");
  assert.equal(count(12345, "entry", "entries"), "12,345 entries");
  assert.deepEqual([0, 999, 1536, 52_428_800].map(size), ["0 B", "999 B", "1.5 kB", "52 MB"]);
});

test("a number in little room is short", () => {
  assert.deepEqual([0.02, 12.34, 999.6, 1_234_567, 12_345_678].map(brief), ["0.02", "12.3", "1,000", "1,234,567", "12.3m"]);
});

test("a day has its year unless it is this one", () => {
  assert.equal(dated(MIDNIGHT, MIDNIGHT), "26 Nov");
  assert.equal(dated(MIDNIGHT + 60 * 86400, MIDNIGHT), "25 Jan 2027");
});
