// A table whose rows can be put in another order.

import { el, refill } from "./dom.mjs";

/**
 * A table.
 *
 * Each column has a `title` and a `cell(row)` that makes its content; with `key(row)`, the rows can be sorted by it,
 * first downwards with `down`. `kind` is a class of its cells: `number` aligns them to the end, `less` leaves them out where there is little room.
 * `order` says by which column they are sorted at first, and whether downwards; it is kept up to date, so that a table
 * that is made again with it has the same order. `ordered` is called when the user has sorted.
 */
export function table(caption, columns, rows, order = {}, ordered) {
  const head = el("tr");
  const body = el("tbody");
  const node = el("table", { class: "table" }, el("caption", { class: "unseen" }, caption), el("thead", {}, head), body);

  function draw() {
    const way = order.down ? "descending" : "ascending";
    refill(head, ...columns.map(heading(way)));
    const { key } = columns[order.sorted] ?? {};
    const inOrder = key ? [...rows].sort((a, b) => compared(key(a), key(b), order.down ? -1 : 1)) : rows;
    const cells = (row) => columns.map(({ cell, kind }) => el("td", { class: kind }, cell(row)));
    refill(body, ...inOrder.map((row) => el("tr", {}, cells(row))));
  }

  const heading = (way) => ({ title, key, kind }, index) => {
    const about = { class: kind, scope: "col", "aria-sort": index === order.sorted && way };
    return el("th", about, key ? el("button", { type: "button", class: "sort", on: { click: () => sort(index) } }, title) : title);
  };

  function sort(index) {
    order.down = index === order.sorted ? !order.down : Boolean(columns[index].down);
    order.sorted = index;
    draw();
    head.children[index].firstChild.focus();
    ordered?.();
  }

  draw();
  return node;
}

// What is not known comes last, in either order of the rest.
function compared(one, other, way) {
  if (one === other) return 0;
  if (one === undefined || one === null) return 1;
  if (other === undefined || other === null) return -1;
  return way * (typeof one === "string" ? one.localeCompare(other, undefined, { numeric: true }) : one - other);
}
