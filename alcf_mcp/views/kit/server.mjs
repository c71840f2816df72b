// The server behind the page: its tools, and how their answers are read.

import { meetHost } from "./host.mjs";

const DRAWN = "alcf-mcp/drawn";

/** An answer of a tool: its facts, its text, what only a view draws, and whether it is an error. */
export function read(result) {
  const text = (result.content ?? []).filter((block) => block.type === "text").map((block) => block.text);
  return {
    facts: result.structuredContent ?? {},
    text: text.join("\n"),
    drawn: result._meta?.[DRAWN] ?? {},
    isError: Boolean(result.isError),
  };
}

/**
 * Begin: draw the answer that is part of the page, or those that the client hands over.
 *
 * `view` has `name`, and what it does: `draw(answer, call)` with each answer, where `call` has the tool's plain
 * name and its `args`; `wait(call)` before its answer is there; `end()` when the page goes away. Returns what the view may ask of the server and the client.
 */
export function begin(view) {
  const server = data("server");
  const embedded = data("embedded");
  const own = { tool: embedded?.tool ?? "", args: embedded?.arguments ?? {} };
  const host =
    embedded || window.parent === window
      ? null
      : meetHost(
          { name: `alcf-${view.name}`, version: server.version },
          {
            input: (args) => {
              own.args = args;
              view.wait?.(own);
            },
            result: (result) => view.draw(read(result), own),
            cancelled: () => view.draw(failed("The call was canceled."), own),
            context: ({ toolInfo }) => toolInfo && (own.tool = toolInfo.tool.name.slice(server.prefix.length)),
            end: view.end,
          },
        );
  const offered = new Set(server.tools);
  if (embedded) queueMicrotask(() => view.draw(read(embedded.result), own));
  return {
    /** Whether the page may call a tool. */
    has: (tool) => Boolean(host?.can.serverTools && offered.has(tool)),
    /** Call a tool through the client, which may ask its user first; a call that fails is an answer, too. */
    call: (tool, args) =>
      host.callTool(server.prefix + tool, args).then(read, ({ message }) => failed(message)),
    /** Whether something can be said in the conversation. */
    canSay: () => Boolean(host?.can.message),
    /** Say something in the conversation, as the user. */
    say: (text) => host.say(text),
    /** Open an address outside, if the client has its user's leave. */
    open: (url) => host.open(url),
  };
}

function failed(text) {
  return { facts: {}, drawn: {}, text, isError: true };
}

function data(id) {
  const found = document.getElementById(id);
  return found && JSON.parse(found.textContent);
}
