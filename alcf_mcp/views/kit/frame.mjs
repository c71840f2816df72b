// What every view has around what it shows: a heading, notices, and when it was looked at.

import { el, refill, speak } from "./dom.mjs";
import { clock } from "./words.mjs";

/**
 * The frame of a view.
 *
 * `again` looks again when the user asks for it; without it, there is no button for that.
 */
export function framed(title, { again } = {}) {
  const heading = el("h1", {}, title);
  const summary = el("p", { class: "summary" });
  const tools = el("div", { class: "tools" });
  const notices = el("div", { class: "notices" });
  const body = el("div");
  const seen = el("span");
  const button = el("button", { class: "plain", on: { click: () => looked(again()) } }, "Refresh");
  const foot = el("footer", { class: "foot" }, seen, again && button);
  const main = document.getElementById("view");
  refill(main, el("header", { class: "head" }, el("div", { class: "names" }, heading, summary), tools), notices, body, foot);
  foot.hidden = true;

  async function looked(promise) {
    button.disabled = true;
    try {
      await promise;
      speak(`${title}: ${summary.textContent}`);
    } finally {
      button.disabled = false;
    }
  }

  return {
    body,
    tools,
    /** Name what is shown, and sum it up. */
    name(text, sum) {
      refill(heading, text);
      refill(summary, sum);
    },
    /** Tell what concerns the whole view; each notice is a text, or `[kind, text]` with `bad` or `odd` as its kind. */
    note(...told) {
      refill(notices, ...told.filter(Boolean).map((one) => notice(...(Array.isArray(one) ? one : ["", one]))));
    },
    /** Tell when what is shown was looked at. */
    looked(seconds, canLookAgain) {
      foot.hidden = false;
      button.hidden = !canLookAgain;
      refill(seen, `As of ${clock(seconds)}`);
    },
  };
}

/** A sentence set apart; `kind` is `bad`, `odd` or nothing. */
export function notice(kind, text) {
  return el("p", { class: `notice ${kind}`.trim(), dir: "auto" }, text);
}

/** A button. */
export function button(text, press, about = {}) {
  return el("button", { type: "button", ...about, on: { click: press } }, text);
}
