// Calls that change something. The view only begins them: the user is asked by the client, or in the conversation.

import { el, refill } from "./dom.mjs";
import { button, notice } from "./frame.mjs";

/**
 * A button that begins a change.
 *
 * The server asks before it changes anything, through the client. Where the client can't ask, its answer has a preview
 * and a code. The code is not used here: what was asked for is said in the conversation instead, where the user
 * answers.
 */
export function changing(server, { label, tool, args, request, done }) {
  const told = el("div", { class: "stack" });
  const press = button(label, begin);

  async function begin() {
    press.disabled = true;
    refill(told, notice("", "Waiting for your answer to the question …"));
    show(await server.call(tool, args));
    press.disabled = false;
  }

  function show({ facts: { outcome, preview, message, confirmation }, text, isError }) {
    if (!outcome) {
      refill(told, notice(isError ? "bad" : "", text));
      if (!isError) done?.();
      return;
    }
    const asked = confirmation && server.canSay();
    refill(
      told,
      notice("odd", [preview, !asked && message].filter(Boolean).join("\n")),
      asked && el("div", { class: "buttons" }, button("Ask in the conversation", () => server.say(request))),
    );
  }

  return { press, told };
}
