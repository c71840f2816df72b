// A part of a file within an answer, and where in the file it is.

import { streamsIn } from "./streams.mjs";
import { figure, size } from "./words.mjs";

const EXTENT = /: (?:all (\d+) bytes?|bytes (\d+)-(\d+)(?: of (\d+))?)$/;

/**
 * The part of a file in an answer's text: its `content`, the bytes `from` and `to`, the file's `total`, and what is
 * said `about` it. `null` if there is no content; what is not told is `null`.
 */
export function excerptIn(text) {
  const [stream] = streamsIn(text);
  if (!stream) return null;
  const [extent, ...notes] = stream.about.split("; ");
  const [, all, from, to, total] = EXTENT.exec(extent) ?? [];
  const number = (digits) => (digits === undefined ? null : Number(digits));
  const part = all ? { from: 0, to: Number(all), total: Number(all) } : { from: number(from), to: number(to), total: number(total) };
  // The server ends a last line that has no end, to set the content apart.
  const isEnded = new TextEncoder().encode(stream.content).length === part.to - part.from + 1;
  const content = isEnded ? stream.content.replace(/\n$/, "") : stream.content;
  // What else names a tool tells a model how to read on.
  return { ...part, content, about: notes.filter((note) => !note.includes("_file")).join("; ") };
}

/** Where in its file a part is, in words. */
export function extentOf({ from, to, total, about }) {
  const whole = from === 0 && to === total;
  const where = to === null ? "a part of it" : whole ? `all of it, ${size(total)}` : `bytes ${figure(from)} – ${figure(to)}`;
  const rest = !whole && total !== null && ` of ${figure(total)}`;
  return [`${where}${rest || ""}`, about].filter(Boolean).join("; ");
}
