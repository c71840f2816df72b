import assert from "node:assert/strict";
import { test } from "node:test";

import { axis, axisFor, pieces, timesInWords } from "../../../../alcf_mcp/views/kit/timeline.mjs";
import { speakLike } from "../../../../alcf_mcp/views/kit/words.mjs";

speakLike({ locale: "en-GB", timeZone: "UTC" });
const NOW = 1_000_000;
const kinds = (told) => told.map(({ kind, from, to }) => [kind, from - NOW, to - NOW]);

test("a waiting job waits until now, and may start within a range", () => {
  const times = { submitted: NOW - 600, starts: [NOW + 60, NOW + 900] };
  assert.deepEqual(kinds(pieces(times, "wait", NOW)), [["wait", -600, 0], ["starts", 60, 900]]);
  assert.equal(timesInWords(times, "wait", NOW), "waiting for 10 min");
});

test("a running job started between the looks that showed it waiting and running", () => {
  const times = { submitted: NOW - 900, waiting: NOW - 660, started: NOW - 600, walltime: 3600 };
  assert.deepEqual(kinds(pieces(times, "run", NOW)), [
    ["wait", -900, -660],
    ["doubt", -660, -600],
    ["ran", -600, 0],
    ["left", 0, 3000],
  ]);
  assert.equal(timesInWords(times, "run", NOW), "waited 5 min, running for 10 min");
});

test("of a running job from elsewhere, its end at the latest tells when it started", () => {
  const times = { ends_by: NOW + 1800, walltime: 3600 };
  assert.deepEqual(kinds(pieces(times, "run", NOW)), [["ran", -1800, 0], ["left", 0, 1800]]);
});

test("a job that has ended did so between two looks", () => {
  const times = { submitted: NOW - 900, started: NOW - 600, running: NOW - 120, ended: NOW - 60 };
  assert.deepEqual(kinds(pieces(times, "good", NOW)), [
    ["doubt", -900, -600],
    ["ran", -600, -120],
    ["doubt", -120, -60],
  ]);
  assert.equal(timesInWords(times, "good", NOW), "waited 5 min, ran 9 min");
});

test("a job that was never seen running waited or ran until its end", () => {
  assert.deepEqual(kinds(pieces({ submitted: NOW - 90, ended: NOW - 60 }, "bad", NOW)), [["doubt", -90, -60]]);
});

test("of a job without times nothing is drawn or said", () => {
  for (const state of ["wait", "run", "good"]) {
    assert.deepEqual(pieces({}, state, NOW), []);
    assert.equal(timesInWords({}, state, NOW), null);
  }
});

test("the axis shows nearly all jobs, with room for what is to come", () => {
  const job = (from, to) => [{ kind: "ran", from: NOW + from, to: NOW + to }];
  const recent = Array.from({ length: 19 }, (_, index) => job(-3000 - index, -60));
  const made = axisFor([...recent, job(-9_000_000, -8_000_000), [{ kind: "left", from: NOW, to: NOW + 900_000 }]], NOW);
  assert.ok(made.from >= NOW - 3600 && made.from < NOW - 3000);
  assert.ok(made.to > NOW && made.to <= NOW + 3600);
});

test("when a job may start is shown, up to half a day ahead", () => {
  const until = (to) => axisFor([[{ kind: "wait", from: NOW - 60, to: NOW }, { kind: "starts", from: NOW + 60, to }]], NOW).to;
  assert.equal(until(NOW + 20_000), NOW + 20_000);
  assert.equal(until(NOW + 900_000), NOW + 43_200);
});

test("the axis ends with the jobs if none is left", () => {
  const made = axisFor([[{ kind: "ran", from: NOW - 90_000, to: NOW - 86_400 }]], NOW);
  assert.ok(made.to < NOW - 80_000);
});

test("ticks are at round times of the reader's day", () => {
  speakLike({ timeZone: "Asia/Kolkata" });
  const { ticks, step } = axis(NOW - 20_000, NOW, NOW);
  speakLike({ timeZone: "UTC" });
  assert.equal(step, 3600);
  assert.ok(ticks.length >= 5);
  assert.ok(ticks.every((tick) => (tick + 5.5 * 3600) % 3600 === 0));
});
