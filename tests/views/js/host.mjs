// A host as small as one can be, around the official AppBridge: bundled into the page that holds a view.

import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";

const CAPABILITIES = { serverTools: {}, openLinks: {}, message: { text: {} }, logging: {} };

/** Draw a view, hand over a call and its result, and note what the view does. */
window.draw = async ({ context, capabilities = CAPABILITIES, input, result }) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts allow-same-origin";
  frame.title = "view";
  document.body.replaceChildren(frame);
  const seen = { sizes: [], said: [], opened: [], sent: 0 };
  const bridge = new AppBridge(null, { name: "host-in-a-test", version: "1" }, capabilities, { hostContext: context });
  bridge.oncalltool = (params) => window.callServer(params);
  bridge.onmessage = async ({ content }) => (seen.said.push(content), {});
  bridge.onopenlink = async ({ url }) => (seen.opened.push(url), {});
  bridge.onsizechange = ({ width, height }) => {
    seen.sizes.push([width, height]);
    frame.style.height = `${height}px`;
  };
  const initialized = new Promise((resolve) => (bridge.oninitialized = resolve));
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.src = "http://view.test/";
  await initialized;
  window.bridge = bridge;
  window.seen = seen;
  await bridge.sendToolInput({ arguments: input });
  seen.sent = performance.timeOrigin + performance.now();
  await bridge.sendToolResult(result);
};
