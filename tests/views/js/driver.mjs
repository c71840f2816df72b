// Draws views in Chromium for tests/views/browser.py: a line of JSON for each thing to do, and one for each answer.

import { createInterface } from "node:readline";
import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import { chromium } from "playwright-core";

// What the extension MCP Apps wants of a host for a page that names no domain.
const POLICY = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'";
const FRAME = "iframe { display: block; width: 100%; border: 0 } body { margin: 0 }";

const here = (name) => new URL(name, import.meta.url).pathname;
const { outputFiles } = await build({ entryPoints: [here("host.mjs")], bundle: true, format: "esm", write: false });
const hostPage = `<!doctype html><title>host</title><style>${FRAME}</style><body><script type="module">${outputFiles[0].text.replaceAll("</script", "<\\/script")}</script>`;
const axe = await readFile(here("node_modules/axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
const asked = new Map();
let lastCall = 0;
let page = null;
let noted = null;

const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function callServer(params) {
  lastCall += 1;
  write({ call: lastCall, params });
  return new Promise((resolve) => asked.set(lastCall, resolve));
}

async function newPage({ width = 720, height = 900, scripts = true, scheme = "light", motion = "no-preference", init }) {
  await page?.context().close();
  const viewport = { width, height };
  const looks = { colorScheme: scheme, reducedMotion: motion, timezoneId: "UTC", locale: "en-GB" };
  const context = await browser.newContext({ viewport, javaScriptEnabled: scripts, ...looks });
  if (init) await context.addInitScript(init);
  page = await context.newPage();
  noted = { requests: [], errors: [] };
  page.on("console", (message) => message.type() === "error" && noted.errors.push(message.text()));
  page.on("pageerror", (error) => noted.errors.push(String(error)));
  return context;
}

const drawing = () => page.frames().find((frame) => frame !== page.mainFrame()) ?? page.mainFrame();

const doing = {
  /** Open a view in a new page. */
  async open({ html, options, ...looks }) {
    const context = await newPage(looks);
    await context.route("**/*", (route) => {
      const url = route.request().url();
      if (url === "http://host.test/") return route.fulfill({ contentType: "text/html", body: hostPage });
      if (url === "http://view.test/")
        return route.fulfill({ contentType: "text/html; charset=utf-8", body: html, headers: { "content-security-policy": POLICY } });
      noted.requests.push(url);
      return route.abort();
    });
    await context.exposeFunction("callServer", callServer);
    if (!options) return page.goto("http://view.test/");
    await page.goto("http://host.test/");
    await page.evaluate((given) => window.draw(given), options);
  },
  /** Visit a page of a server, with cookies. If `hosts` are named, requests to others are noted, and refused. */
  async visit({ url, cookies = [], hosts, ...looks }) {
    const context = await newPage(looks);
    await context.addCookies(cookies);
    await context.route("**/*", (route) => {
      const asked = route.request().url();
      if (!hosts || hosts.includes(new URL(asked).host)) return route.continue();
      noted.requests.push(asked);
      return route.abort();
    });
    await page.goto(url);
  },
  /** Run a function body with the page, and the frame of the view. */
  run({ body, given }) {
    const view = drawing();
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    return new AsyncFunction("page", "view", "given", body)(page, view, given);
  },
  /** What speaks against the view's accessibility. */
  async audit() {
    const view = drawing();
    await view.evaluate(axe);
    const { violations } = await view.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map((node) => node.target.join(" ")), why: nodes[0].failureSummary }));
  },
  /** What the page has asked for elsewhere, and what it has complained of. */
  noted: () => noted,
  async shot({ path }) {
    await page.locator("iframe").screenshot({ path });
  },
};

write({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, answer, result, what, ...given } = JSON.parse(line);
  if (answer) {
    asked.get(answer)?.(result);
    asked.delete(answer);
    continue;
  }
  // Not awaited: a call of a tool that this leads to is answered by a later line.
  Promise.resolve()
    .then(() => doing[what](given))
    .then((done) => write({ id, done: done === undefined ? null : done }))
    .catch((error) => write({ id, error: String(error?.stack ?? error) }));
}
await browser.close();
