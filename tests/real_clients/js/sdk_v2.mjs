// A client made with @modelcontextprotocol/client, for the protocol's newer era.
// See ../sdks.py for its input and output.
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [answer, command, ...args] = process.argv.slice(1);
const tell = (facts) => console.log(JSON.stringify(facts));
const questions = [];

const client = new Client(
  { name: "typescript-sdk-v2", version: "1" },
  { capabilities: { elicitation: {} }, versionNegotiation: { mode: "auto" } },
);
client.setRequestHandler("elicitation/create", async ({ params }) => {
  questions.push(params.message);
  return JSON.parse(answer);
});
await client.connect(new StdioClientTransport({ command, args }));
const { tools } = await client.listTools();
tell({ protocol: client.getNegotiatedProtocolVersion(), tools: tools.map(({ name }) => name) });

for await (const line of createInterface({ input: process.stdin })) {
  const progress = [];
  const onprogress = ({ message }) => progress.push(message);
  const result = await client.callTool(JSON.parse(line), { onprogress });
  tell({ result, progress, questions: questions.splice(0) });
}
await client.close();
