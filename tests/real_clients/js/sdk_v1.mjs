// A client made with @modelcontextprotocol/sdk, for the protocol's older era.
// See ../sdks.py for its input and output.
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const [answer, command, ...args] = process.argv.slice(1);
const tell = (facts) => console.log(JSON.stringify(facts));
const questions = [];

const client = new Client({ name: "typescript-sdk-v1", version: "1" }, { capabilities: { elicitation: {} } });
client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
  questions.push(params.message);
  return JSON.parse(answer);
});
const transport = new StdioClientTransport({ command, args });
transport.setProtocolVersion = (version) => (transport.protocol = version);
await client.connect(transport);
const { tools } = await client.listTools();
tell({ protocol: transport.protocol, tools: tools.map(({ name }) => name) });

for await (const line of createInterface({ input: process.stdin })) {
  const progress = [];
  const onprogress = ({ message }) => progress.push(message);
  const result = await client.callTool(JSON.parse(line), undefined, { onprogress });
  tell({ result, progress, questions: questions.splice(0) });
}
await client.close();
