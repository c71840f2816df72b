// The client that holds a view on a page of this server. It calls tools as the person who is signed in to the page.

const VIEWS = "2026-01-26";
const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "the server's pages", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {
    elicitation: { form: {} },
    extensions: { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html;profile=mcp-app"] } },
  },
};
const NO_SUCH_METHOD = -32601;

const main = document.querySelector("main");
const frame = main.querySelector("iframe");
const told = main.querySelector("[role=status]");
const { tool, token } = main.dataset;
const calls = JSON.parse(main.dataset.calls);
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => (dark.matches ? "dark" : "light");
let lastId = 0;

/** Call a tool. What the guard wants to know is asked of the person, and the call repeated with the answers. */
async function call(name, args, answers = {}) {
  const result = await ask("tools/call", { name, arguments: args, ...answers });
  if (!result.inputRequests) return result;
  const inputResponses = {};
  for (const [key, question] of Object.entries(result.inputRequests)) inputResponses[key] = await answer(question);
  return call(name, args, { inputResponses, requestState: result.requestState });
}

async function ask(method, params) {
  const id = ++lastId;
  const response = await fetch("/views/mcp", {
    method: "POST",
    headers: {
      Accept: "application/json, text/event-stream",
      "Content-Type": "application/json",
      "MCP-Protocol-Version": META["io.modelcontextprotocol/protocolVersion"],
      "Mcp-Method": method,
      "Mcp-Name": params.name,
      "X-Page-Token": token,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id, method, params: { _meta: META, ...params } }),
  });
  if (response.status === 401) location.reload(); // which leads to the sign-in
  const { error, result } = (await messages(response)).find((message) => message.id === id) ?? {};
  if (!result) throw new Error(error?.message ?? `The server does not answer (${response.status}).`);
  return result;
}

async function messages(response) {
  const text = await response.text();
  const kind = response.headers.get("Content-Type") ?? "";
  if (kind.startsWith("application/json")) return [JSON.parse(text)];
  const lines = kind.startsWith("text/event-stream") ? text.split(/\r?\n/) : [];
  return lines.filter((line) => line.startsWith("data:") && line.length > 6).map((line) => JSON.parse(line.slice(5)));
}

let before = Promise.resolve();

/** Ask the person a question, after those that are open. */
function answer(question) {
  return (before = before.then(() => answerNow(question)));
}

function answerNow({ params }) {
  const asked = Object.entries(params.requestedSchema?.properties ?? {});
  if (asked.some(([, { type }]) => type !== "boolean" && type !== "string")) return { action: "cancel" };
  const dialog = document.createElement("dialog");
  const [shown, answers] = [document.createElement("pre"), document.createElement("div")];
  shown.textContent = params.message;
  answers.className = "answers";
  const words = asked.filter(([, { type }]) => type === "string").map(([name, about]) => field(name, about));
  const yes = choice("Yes, do it", "accept", "yes");
  answers.append(choice("No", "decline"), yes);
  dialog.append(shown, ...words.map(({ label }) => label), answers);
  // A click that was meant for something else is no answer.
  yes.disabled = true;
  setTimeout(() => (yes.disabled = false), 500);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue !== "accept") resolve({ action: "decline" });
      else resolve({ action: "accept", content: Object.fromEntries(asked.map(([name]) => [name, given(name)])) });
    });
  });

  function given(name) {
    return words.find((one) => one.name === name)?.input.value ?? true;
  }

  function field(name, { title, description }) {
    const [label, input] = [document.createElement("label"), document.createElement("input")];
    label.append(`${description ?? title ?? name} `, input);
    return { name, label, input };
  }

  function choice(label, value, kind = "") {
    const button = document.createElement("button");
    [button.textContent, button.className] = [label, kind];
    button.addEventListener("click", () => dialog.close(value));
    return button;
  }
}

// The view: JSON-RPC by postMessage, as the extension MCP Apps says. It is in an origin of its own.

const post = (message) => frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");

const answered = {
  "ui/initialize": () => ({
    protocolVersion: VIEWS,
    hostInfo: { name: "alcf-mcp", version: "1" },
    hostCapabilities: { serverTools: {}, openLinks: {} },
    hostContext: {
      theme: theme(),
      locale: navigator.language,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      toolInfo: { tool: { name: tool, inputSchema: { type: "object" } } },
    },
  }),
  "tools/call": ({ name, arguments: args }) => {
    if (!calls.includes(name)) throw new Error(`This page does not call ${name}.`);
    return call(name, args ?? {});
  },
  "ui/open-link": ({ url }) => {
    if (!/^https:/.test(url)) throw new Error("Only https addresses are opened.");
    window.open(url, "_blank", "noopener,noreferrer");
    return {};
  },
  ping: () => ({}),
};

const noted = {
  "ui/notifications/initialized": drawFirst,
  "ui/notifications/size-changed": ({ height }) => (frame.style.height = `${Math.ceil(height)}px`),
};

async function drawFirst() {
  const args = JSON.parse(main.dataset.arguments);
  post({ method: "ui/notifications/tool-input", params: { arguments: args } });
  const result = await call(tool, args).catch(({ message }) => ({
    isError: true,
    content: [{ type: "text", text: message }],
  }));
  told.hidden = true;
  post({ method: "ui/notifications/tool-result", params: result });
}

async function heard({ source, data }) {
  if (source !== frame.contentWindow || data?.jsonrpc !== "2.0" || !data.method) return;
  const { id, method, params = {} } = data;
  if (id === undefined) return Object.hasOwn(noted, method) && noted[method](params);
  try {
    if (!Object.hasOwn(answered, method)) throw Object.assign(new Error(`No ${method} here.`), { code: NO_SUCH_METHOD });
    post({ id, result: await answered[method](params) });
  } catch ({ code = -32000, message }) {
    post({ id, error: { code, message } });
  }
}

addEventListener("message", heard);
dark.addEventListener("change", () => {
  post({ method: "ui/notifications/host-context-changed", params: { theme: theme() } });
});
frame.src = main.dataset.drawing;
