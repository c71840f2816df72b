import { readFileSync } from "node:fs";
import { ChatGoogleGenerativeAI } from "@langchain/google-genai";
const definitions = JSON.parse(readFileSync(0, "utf8"));
const model = new ChatGoogleGenerativeAI({ apiKey: "none", model: "gemini-2.5-flash" });
// Prints, by tool, what went wrong as the library made a Gemini request of the definitions on standard input.
const wrong = {};
for (const { name, description, inputSchema } of definitions) {
  try {
    const { tools } = model.invocationParams({ tools: [{ name, description, schema: inputSchema }] });
    const [declaration] = tools[0].functionDeclarations;
    const kept = Object.keys(declaration.parameters?.properties ?? {}).sort().join();
    const meant = Object.keys(inputSchema.properties ?? {}).sort().join();
    if (kept !== meant) wrong[name] = `arguments ${kept} instead of ${meant}`;
  } catch (error) { wrong[name] = String(error); }
}
console.log(JSON.stringify(wrong));
