// The streams in an answer's text: what a job or a member of it has written.

const OPEN = /^\(content between the '(~~~ [0-9a-f]{8})' lines: ([^\n]*)\)\n/m;
const HEAD = /^(stdout|stderr|member \d+)\b/;
const ON = /since_offset=(\d+)\./;

/**
 * The streams in the text of an answer, each with its `name`, what is said `about` it, its `content`, and the offset
 * at which it goes `on`.
 *
 * The server sets content apart with a line that content can't foresee: nothing within it can pass for that line.
 */
export function streamsIn(text) {
  const streams = [];
  let rest = text;
  for (let found = OPEN.exec(rest); found; found = OPEN.exec(rest)) {
    const [whole, fence, notes] = found;
    const before = rest.slice(0, found.index);
    const body = rest.slice(found.index + whole.length + fence.length + 1);
    const close = body.startsWith(fence) ? -1 : body.indexOf(`\n${fence}`);
    const content = close < 0 ? "" : body.slice(0, close + 1);
    const after = body.slice(close + 1 + fence.length);
    const end = after.indexOf("\n\n");
    const tail = end < 0 ? after : after.slice(0, end);
    const paragraphs = before.split("\n\n");
    const head = paragraphs.pop();
    streams.push(...paragraphs.map(without), stream(head, content, notes, tail));
    rest = end < 0 ? "" : after.slice(end + 2);
  }
  return [...streams, ...rest.split("\n\n").map(without)].filter((one) => one?.name);
}

function stream(head, content, notes, tail) {
  const [first, ...more] = head.split("\n");
  const on = ON.exec(tail);
  const said = notes.split("; ").slice(1);
  return {
    name: HEAD.exec(first)?.[1] ?? "output",
    about: [first.replace(HEAD, "").replace(/^, /, ""), ...more, ...said].filter(Boolean).join("; "),
    content,
    on: on && Number(on[1]),
  };
}

function without(paragraph) {
  const name = HEAD.exec(paragraph)?.[1];
  return name && { name, about: paragraph.replace(HEAD, "").trim(), content: "", on: null };
}
