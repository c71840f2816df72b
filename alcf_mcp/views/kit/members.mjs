// The members of an ensemble: a small square each, in the order of their numbers.

import { el } from "./dom.mjs";
import { button } from "./frame.mjs";
import { figure } from "./words.mjs";

const MEMBER_KINDS = { done: "good", failed: "bad", "timed-out": "bad", started: "run", unfinished: "off", waiting: "none" };
const MEMBER_WORDS = { "timed-out": "over the time limit", started: "running", waiting: "not started" };

/** Squares for members, each `[state]` or `[state, exit code]`; `open` is called with the number of the one chosen. */
export function memberGrid(members, open) {
  const counted = new Map();
  for (const [state] of members) counted.set(state, (counted.get(state) ?? 0) + 1);
  const sum = [...counted].map(([state, number]) => `${figure(number)} ${MEMBER_WORDS[state] ?? state}`).join(", ");
  const squares = members.map(([state, code], index) => {
    const exit = code === undefined ? "" : `, exit code ${code}`;
    const words = `member ${index + 1}: ${MEMBER_WORDS[state] ?? state}${exit}`;
    const about = { class: `member ${MEMBER_KINDS[state] ?? "off"}`, title: words, "aria-label": words };
    const square = open ? button("", () => open(index + 1), about) : el("span", { ...about, role: "img" });
    return el("span", { role: "listitem" }, square);
  });
  return el(
    "div",
    { class: "ensemble" },
    el("p", { class: "quiet" }, `${figure(members.length)} members: ${sum}`),
    el("div", { class: "members", role: "list", "aria-label": "Members" }, squares),
  );
}
