import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { refreshed } from "../../../../alcf_mcp/views/kit/refresh.mjs";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function page() {
  const made = new EventTarget();
  made.visibilityState = "visible";
  return made;
}

async function after(seconds) {
  mock.timers.tick(seconds * 1000);
  await settled();
}

test("looks are fewer while nothing changes, and stop while nobody looks and at the end", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const shown = page();
  const seen = [];
  let changes = false;
  const look = refreshed(async () => (seen.push("look"), changes), { first: 10, longest: 40, growth: 2, page: shown });

  look.start();
  await after(9);
  assert.equal(seen.length, 0);
  await after(1);
  assert.equal(seen.length, 1);
  await after(19);
  assert.equal(seen.length, 1, "the second pause is longer");
  changes = true;
  await after(1);
  assert.equal(seen.length, 2);
  await after(10);
  assert.equal(seen.length, 3, "after a change, the pause is short again");

  shown.visibilityState = "hidden";
  shown.dispatchEvent(new Event("visibilitychange"));
  await after(1000);
  assert.equal(seen.length, 3);
  shown.visibilityState = "visible";
  shown.dispatchEvent(new Event("visibilitychange"));
  await after(10);
  assert.equal(seen.length, 4);

  look.end();
  shown.dispatchEvent(new Event("visibilitychange"));
  await after(1000);
  assert.equal(seen.length, 4);
});

test("a look that fails is followed by another", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  let looks = 0;
  const look = refreshed(() => Promise.reject(new Error(String((looks += 1)))), { first: 10, growth: 2, page: page() });
  look.start();
  await after(10);
  await after(20);
  assert.equal(looks, 2);
  look.end();
});
