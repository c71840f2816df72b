// A search within text: what is found is marked, one of it after the other.

import { el } from "./dom.mjs";
import { figure } from "./words.mjs";

const MOST = 2000;

/** A search within an element; `redraw` fills it anew, with what `marked` makes of its text. */
export function seekIn(content, redraw) {
  let at = -1;
  const input = el("input", { type: "search", placeholder: "Search", "aria-label": "Search in this output" });
  const told = el("span", { class: "quiet small", role: "status" });
  input.addEventListener("input", redraw);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  });

  function go(step) {
    const marks = content.querySelectorAll("mark");
    marks[at]?.classList.remove("here");
    at = (at + step + marks.length) % marks.length;
    marks[at].classList.add("here");
    content.scrollTop = marks[at].offsetTop - content.clientHeight / 3;
    told.textContent = `${figure(at + 1)} of ${figure(marks.length)}${marks.length < MOST ? "" : " or more"}`;
  }

  return {
    bar: el("span", { class: "seek" }, told, input),
    /** The text as nodes, with what is sought marked. */
    marked: (text) => (input.value ? marked(text, input.value) : [text]),
    /** Show the first of what is found; returns whether something is sought. */
    found() {
      at = -1;
      told.textContent = "";
      if (!input.value) return false;
      if (content.querySelector("mark")) go(1);
      else told.textContent = "not found";
      return true;
    },
  };
}

function marked(text, sought) {
  const found = [];
  const low = text.toLowerCase();
  const wanted = sought.toLowerCase();
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0 && found.length < 2 * MOST; at = low.indexOf(wanted, from)) {
    found.push(text.slice(from, at), el("mark", {}, text.slice(at, at + wanted.length)));
    from = at + wanted.length;
  }
  return [...found, text.slice(from)];
}
