// The members of an ensemble: a small square each, in the order of their numbers.

import { el } from "./dom.mjs";
import { figure } from "./words.mjs";

const KINDS = { done: "good", failed: "bad", "timed-out": "bad", started: "run", unfinished: "off", waiting: "none" };
const WORDS = { "timed-out": "over the time limit", started: "running", waiting: "not started" };

/** Squares for members, each `[state]` or `[state, exit code]`; `open` is called with the number of the one chosen. */
export function memberGrid(members, open) {
  const counted = new Map();
  for (const [state] of members) counted.set(state, (counted.get(state) ?? 0) + 1);
  const sum = [...counted].map(([state, number]) => `${figure(number)} ${WORDS[state] ?? state}`).join(", ");
  const squares = members.map(([state, code], index) => {
    const words = `member ${index + 1}: ${WORDS[state] ?? state}${code === undefined ? "" : `, exit code ${code}`}`;
    const about = { class: `member ${KINDS[state] ?? "off"}`, title: words, "aria-label": words };
    if (!open) return el("span", { ...about, role: "listitem" });
    return el("span", { role: "listitem" }, el("button", { ...about, type: "button", on: { click: () => open(index + 1) } }));
  });
  return el(
    "div",
    { class: "ensemble" },
    el("p", { class: "quiet" }, `${figure(members.length)} members: ${sum}`),
    el("div", { class: "members", role: "list", "aria-label": "Members" }, squares),
  );
}
