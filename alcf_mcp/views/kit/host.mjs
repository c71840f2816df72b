// The client that holds this page: JSON-RPC by postMessage, as the extension MCP Apps says.

import { dress } from "./theme.mjs";

const PROTOCOL = "2026-01-26";
const METHOD_NOT_FOUND = -32601;

/**
 * Meet the client.
 *
 * `on` has what the view does when the client hands something over: `input` (a call's arguments), `result` (its
 * result), `cancelled`, `context` (what has changed of the client's looks) and `end` (the page goes away).
 */
export function meetHost(info, on) {
  const asked = new Map();
  let lastId = 0;
  let ended = false;

  const post = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const notify = (method, params = {}) => ended || post({ method, params });
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      if (ended) return;
      lastId += 1;
      asked.set(lastId, { resolve, reject });
      post({ id: lastId, method, params });
    });

  const told = {
    "ui/notifications/tool-input": (params) => on.input?.(params.arguments ?? {}),
    "ui/notifications/tool-result": (params) => on.result?.(params),
    "ui/notifications/tool-cancelled": (params) => on.cancelled?.(params.reason),
    "ui/notifications/host-context-changed": (params) => {
      dress(params);
      on.context?.(params);
    },
  };

  function answer({ id, method }) {
    const ends = method === "ui/resource-teardown";
    if (ends) on.end?.();
    if (ends || method === "ping") post({ id, result: {} });
    else post({ id, error: { code: METHOD_NOT_FOUND, message: `This page does not answer ${method}.` } });
    if (!ends) return;
    ended = true;
    sizes.disconnect();
    window.removeEventListener("message", receive);
  }

  function receive(event) {
    const message = event.data;
    if (event.source !== window.parent || message?.jsonrpc !== "2.0") return;
    if (message.method) return message.id === undefined ? told[message.method]?.(message.params ?? {}) : answer(message);
    const waiting = asked.get(message.id);
    asked.delete(message.id);
    if (message.error) waiting?.reject(new Error(message.error.message));
    else waiting?.resolve(message.result);
  }

  const sizes = reportedSizes((box) => notify("ui/notifications/size-changed", box));
  window.addEventListener("message", receive);

  request("ui/initialize", {
    appInfo: info,
    appCapabilities: {},
    protocolVersion: PROTOCOL,
  }).then(({ hostCapabilities = {}, hostContext = {} }) => {
    host.can = hostCapabilities;
    dress(hostContext);
    on.context?.(hostContext);
    notify("ui/notifications/initialized");
    sizes.observe(document.body);
  });

  const host = {
    can: {},
    callTool: (name, args) => request("tools/call", { name, arguments: args }),
    say: (text) => request("ui/message", { role: "user", content: [{ type: "text", text }] }),
    open: (url) => request("ui/open-link", { url }),
  };
  return host;
}

// The body is measured: the document itself is as high as the client has made its frame.
function reportedSizes(report) {
  let last = "";
  return new ResizeObserver(() => {
    const box = document.body.getBoundingClientRect();
    const [width, height] = [Math.ceil(box.width), Math.ceil(box.height)];
    if (last !== (last = `${width}×${height}`)) report({ width, height });
  });
}
