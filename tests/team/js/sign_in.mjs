// A client made with an SDK for TypeScript, which signs in by the SDK's own OAuth. Its arguments are the package, the
// server's address and its own. It writes the address that a browser has to open, reads with which parameters the browser
// came back, and then calls each tool that it reads the name of.
import { createInterface } from "node:readline";

const [name, url, redirectUrl] = process.argv.slice(1);
const older = name === "@modelcontextprotocol/sdk";
const { Client } = await import(older ? `${name}/client/index.js` : name);
const { StreamableHTTPClientTransport } = await import(older ? `${name}/client/streamableHttp.js` : name);
const tell = (facts) => console.log(JSON.stringify(facts));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const kept = {};
const authProvider = {
  redirectUrl,
  clientMetadata: { client_name: name, redirect_uris: [redirectUrl], token_endpoint_auth_method: "none" },
  clientInformation: () => kept.client,
  saveClientInformation: (client) => void (kept.client = client),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  discoveryState: () => kept.discovery,
  saveDiscoveryState: (discovery) => void (kept.discovery = discovery),
  redirectToAuthorization: (address) => tell({ open: address.href }),
};
const newClient = () =>
  new Client({ name, version: "1" }, older ? {} : { versionNegotiation: { mode: "auto" } });
const newTransport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider });

const refused = newTransport();
try {
  await newClient().connect(refused);
} catch (error) {
  if (!kept.verifier) throw error;
}
const back = JSON.parse((await lines.next()).value);
await refused.finishAuth(older ? back.code : new URLSearchParams(back));
const client = newClient();
await client.connect(newTransport());
for await (const tool of lines) tell(await client.callTool({ name: tool, arguments: {} }));
await client.close();
process.exit(0);
