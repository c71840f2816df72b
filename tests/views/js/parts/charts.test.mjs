import assert from "node:assert/strict";
import { test } from "node:test";

// As much of a page as a chart needs: its elements, with their attributes and children.
globalThis.Node = class {};
globalThis.document = {
  createElementNS: (_, tag) => {
    const node = new Node();
    return Object.assign(node, {
      tag,
      about: {},
      children: [],
      setAttribute: (name, value) => (node.about[name] = String(value)),
      append: (...more) => node.children.push(...more),
    });
  },
};
const { meter, sparkline } = await import("../../../../alcf_mcp/views/kit/chart.mjs");

const shares = (...given) => meter(...given).children.map(({ about }) => [about.class, about.x, about.width]);
const lines = (...given) => sparkline(...given).children.map(({ about }) => about.points);

test("a meter has its shares one after another", () => {
  assert.deepEqual(shares([[1, "run"], [2, "bad"]], 4, "w"), [["run", "0.00%", "25.00%"], ["bad", "25.00%", "50.00%"]]);
});

test("a meter is never more than full, nor without a whole", () => {
  assert.deepEqual(shares([[3, "run"], [9, "bad"]], 4, "w"), [["run", "0.00%", "75.00%"], ["bad", "75.00%", "25.00%"]]);
  assert.deepEqual(shares([[3, "run"]], 0, "w"), [["run", "0.00%", "0.00%"]]);
});

test("a line fills its chart unless its ends are told", () => {
  const [area, line] = lines([[10, 0], [20, 4], [30, 2]], "w");
  assert.equal(line, "0.00,27.00 50.00,1.00 100.00,14.00");
  assert.equal(area, `0.00,28 ${line} 100.00,28`);
  assert.equal(lines([[10, 1]], "w", { most: 2, from: 0, to: 40 })[1], "25.00,14.00");
});

test("what is expected goes on from what was", () => {
  const [area, was, willBe] = lines([[0, 4], [10, 2]], "w", { ahead: [[10, 2], [20, 0]] });
  assert.equal(area, "0.00,28 0.00,1.00 50.00,14.00 50.00,28");
  assert.deepEqual([was, willBe], ["0.00,1.00 50.00,14.00", "50.00,14.00 100.00,27.00"]);
});

test("one value, or none, is drawn too", () => {
  assert.equal(lines([[10, 0]], "w")[1], "100.00,27.00");
  assert.equal(lines([], "w", { from: 0, to: 1 })[1], "");
});
