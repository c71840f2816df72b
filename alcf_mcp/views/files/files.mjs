// A directory, to sort, to filter and to walk through; a file opens with its text.

import { accessOf } from "../kit/access.mjs";
import { el, refill, svg, theirs } from "../kit/dom.mjs";
import { excerptIn, extentOf } from "../kit/excerpt.mjs";
import { button, framed, notice } from "../kit/frame.mjs";
import { logPanel } from "../kit/log.mjs";
import { seekIn } from "../kit/seek.mjs";
import { begin } from "../kit/server.mjs";
import { table } from "../kit/table.mjs";
import { count, stamp, figure, size } from "../kit/words.mjs";

const SORTS = ["name", "size", "modified"];
const FIRST_BY = { name: "first by name", size: "largest", modified: "newest" };
const USUAL = 200;
const MORE = 1000;
const PART = { size: 65_536 };
const END = { lines: 1000 };
const ROOT = /^(\/lus)?\/[^/]*/;
// The facility takes no others; a backslash may stand for what can't be seen.
const USABLE = /^[\p{L}\p{N}_./-]+$/u;
const SHAPES = {
  directory: "M1 3.5V12h12V5H7L5.5 3.5z",
  file: "M3 1.5v11h8v-8l-3-3zM8 1.5v3h3",
  symlink: "M2 12c0-5 3-7 9-7M8 2l3 3-3 3",
};

let args = {};
let listing = null;
let order = {};
let file = null;
let log = null;
let steps = 0;

const frame = framed("Files", { again: () => (file ? readPart(file.call) : list(args)) });
const hidden = button("Hidden files", () => list({ ...args, offset: 0, show_hidden: !args.show_hidden }));
const search = el("input", { type: "search", placeholder: "Find a name", "aria-label": "Find a name", on: { input: drawEntries } });
const place = el("div", { class: "entries", role: "region", "aria-label": "Entries", tabindex: 0 });
const rest = el("div", { class: "rest quiet" });

const server = begin({ name: "files", draw });
const canList = () => server.has("list_directory");

function draw(answer, call) {
  if (call.tool === "list_directory") return show(answer, call.args);
  file = { path: call.args.path ?? "", call };
  drawFile(answer);
}

/** Show a listing, after the entries of it that came `earlier`. */
function show({ facts, drawn, isError, text }, given, earlier = []) {
  if (isError || !facts.entries) return tell(isError ? "bad" : "odd", text, given.path);
  const entries = [...earlier, ...facts.entries.map((entry) => ({ ...facts.unless_stated, ...entry }))];
  const from = (given.offset ?? 0) - earlier.length;
  const limit = Math.min(MORE, Math.max(given.limit ?? USUAL, entries.length));
  args = { ...given, path: facts.path, offset: from, limit };
  listing = { ...facts, ...drawn, entries, from };
  if (!earlier.length) order = { sorted: Math.max(0, SORTS.indexOf(given.sort)), down: SORTS.indexOf(given.sort) > 0 };
  drawListing();
  if (isItself(entries[0])) openFile(entries[0]);
}

/** Tell why something can't be shown; what was shown before stays. */
function tell(kind, text, path = "") {
  if (!listing && !file) frame.name(crumbs(path));
  frame.note([kind, text]);
}

function drawListing() {
  const { path, total, total_bytes: bytes, directories, entries, note, remarks = [], at } = listing;
  file = null;
  search.value = "";
  const files = total - directories;
  const kinds = [directories && count(directories, "directory", "directories"), files && count(files, "file")].filter(Boolean);
  listing.owners = mostCommon(entries.map(ownersOf));
  frame.name(crumbs(path), [
    [kinds.join(", ") || count(total, "entry", "entries"), bytes && size(bytes)].filter(Boolean).join(" · "),
    listing.owners && [" · owned by ", theirs(listing.owners)],
  ].flat());
  frame.note(...remarks);
  frame.looked(at ?? Date.now() / 1000, canList());
  hidden.setAttribute("aria-pressed", String(Boolean(args.show_hidden)));
  search.hidden = entries.length < 9;
  refill(frame.tools, canList() && hidden, search);
  refill(frame.body, total ? place : el("p", { class: "quiet" }, note ?? "It is empty."), rest);
  drawEntries();
}

function drawEntries() {
  const sought = search.value.toLowerCase();
  const matching = listing.entries.filter(({ name }) => name.toLowerCase().includes(sought));
  refill(place, matching.length ? table(`Entries of ${listing.path}`, columns(), matching, order, ordered) : el("p", { class: "quiet" }, "No name matches."));
  const { entries, from, total } = listing;
  const left = total - from - entries.length;
  const which = from ? `Entries ${figure(from + 1)} – ${figure(total - left)} of ${figure(total)}` : `The ${figure(entries.length)} ${FIRST_BY[args.sort ?? "name"]} of ${figure(total)}`;
  const more = canList() && button(`Show ${figure(Math.min(left, MORE))} more`, () => list({ ...args, offset: total - left, limit: MORE }, entries));
  refill(rest, (left > 0 || from > 0) && which, left > 0 && more);
}

function columns() {
  const largest = listing.largest ?? Math.max(0, ...listing.entries.map((entry) => bytesOf(entry) ?? 0));
  const access = (entry) => el("span", {}, accessOf(entry));
  const usual = mostCommon(listing.entries.map((entry) => access(entry).textContent));
  const who = (entry) => {
    const said = access(entry);
    said.className = said.textContent === usual ? "quiet" : "";
    return [said, ownersOf(entry) !== listing.owners && el("span", { class: "quiet" }, " · ", theirs(ownersOf(entry)))];
  };
  return [
    { title: "Name", key: ({ type, name }) => `${type === "directory" ? "a" : "b"} ${name}`, cell: nameOf, kind: "what" },
    { title: "Size", key: bytesOf, down: true, kind: "number", cell: (entry) => amount(bytesOf(entry), largest) },
    { title: "Changed", key: changed, down: true, kind: "number", cell: when },
    { title: "Who may", kind: "who", cell: who },
  ];
}

function nameOf(entry) {
  const { name, type, link_target: target } = entry;
  const opens = SHAPES[type] && USABLE.test(name) && (type === "directory" ? canList() : server.has("view_file"));
  const shown = [theirs(name), type === "directory" && "/"];
  const kind = SHAPES[type] ? type : "file";
  return el(
    "span",
    { class: name.startsWith(".") ? "entry quiet" : "entry" },
    svg("svg", { class: `icon ${kind}`, width: 14, height: 14, "aria-hidden": "true" }, svg("path", { d: SHAPES[kind] })),
    opens ? way(shown, () => open(entry)) : el("span", {}, shown),
    target && el("span", { class: "quiet" }, "→ ", theirs(target)),
    !SHAPES[type] && el("span", { class: "quiet" }, theirs(type)),
  );
}

/** A size, before a bar that shows its share of the largest one. */
function amount(bytes, largest) {
  if (bytes === undefined) return "–";
  return el("span", { class: "amount", style: `--share: ${(100 * bytes) / (largest || 1)}%`, title: `${figure(bytes)} bytes` }, size(bytes));
}

function when(entry) {
  const at = changed(entry);
  return at === undefined ? "–" : el("span", { title: entry.modified }, stamp(at));
}

function bytesOf({ type, size: bytes }) {
  return type === "directory" ? undefined : bytes;
}

function changed({ modified }) {
  return Date.parse(modified) / 1000 || undefined;
}

function ownersOf({ owner, group }) {
  return owner || group ? `${owner ?? "?"}:${group ?? "?"}` : "";
}

/** The text that most have; none if each has another. */
function mostCommon(texts) {
  const times = {};
  for (const text of texts) times[text] = (times[text] ?? 0) + 1;
  const [most] = Object.entries(times).sort((a, b) => b[1] - a[1]);
  return most?.[1] > 1 ? most[0] : null;
}

/** Where not all is shown, ask for what comes first in the order that the user wants. */
function ordered() {
  const sort = SORTS[order.sorted];
  const isPart = listing.entries.length < listing.total;
  if (isPart && sort !== (args.sort ?? "name") && canList()) list({ ...args, sort, offset: 0 });
}

/** The way to a path, each directory above it a button. */
function crumbs(path) {
  const [root] = ROOT.exec(path) ?? [""];
  const names = [root, ...path.slice(root.length).split("/")].filter(Boolean);
  const above = names.slice(0, -1).map((name, index) => {
    const there = names.slice(0, index + 1).join("/");
    return el("span", { class: "crumb" }, canList() ? way(theirs(name), () => goTo(there)) : theirs(name), " / ");
  });
  return [...above, theirs(names.at(-1) ?? "")];
}

/** A button that leads elsewhere. What it leads to begins at the heading, since the button is gone. */
function way(shown, go) {
  const press = async () => {
    await go();
    const heading = document.querySelector("h1");
    heading.tabIndex = -1;
    heading.focus();
  };
  return button(shown, press, { class: "plain" });
}

function goTo(path) {
  return list({ path, ...(args.show_hidden && { show_hidden: true }) });
}

function list(given, earlier) {
  return ask({ tool: "list_directory", args: given }, (answer) => show(answer, given, earlier));
}

function open(entry) {
  return entry.type === "directory" ? goTo(pathOf(entry)) : openFile(entry);
}

function pathOf({ name }) {
  return `${listing.path}/${name}`;
}

/** Whether a listing is that of one file alone. A directory may hold one file of its own name, too. */
function isItself(entry) {
  return listing.total === 1 && entry?.type === "file" && !listing.holds && listing.path.endsWith(`/${entry.name}`) && server.has("view_file");
}

function openFile(entry) {
  const itself = isItself(entry);
  const path = itself ? listing.path : pathOf(entry);
  const call = { tool: "view_file", args: { path, ...PART } };
  return ask(call, (answer) => {
    if (answer.isError && itself) return (listing.holds = true);
    if (answer.isError && entry.type === "symlink") return goTo(path);
    if (answer.isError) return tell("bad", answer.text);
    file = { path, entry, call };
    drawFile(answer);
  });
}

/** Call a tool and draw its answer, unless something else was asked for meanwhile. */
async function ask({ tool, args: given }, drawIt) {
  const step = ++steps;
  frame.body.setAttribute("aria-busy", "true");
  const answer = await server.call(tool, given);
  if (step !== steps) return;
  frame.body.setAttribute("aria-busy", "false");
  return drawIt(answer);
}

function readPart(call) {
  return ask(call, (answer) => {
    file.call = call;
    drawFile(answer);
  });
}

function drawFile({ text, isError }) {
  const { path, entry, call } = file;
  const part = isError ? null : excerptIn(text);
  const about = entry && el("p", { class: "small" }, accessOf(entry), " ", el("span", { class: "quiet mono" }, theirs(`${entry.permissions} ${ownersOf(entry)}`)));
  file.part = part;
  frame.name(crumbs(path), entry && [size(entry.size ?? 0), changed(entry) && ` · changed ${stamp(changed(entry))}`]);
  frame.note();
  frame.looked(Date.now() / 1000, server.has(call.tool));
  refill(frame.tools);
  if (part) {
    file.beside = el("span", { class: "tabs" });
    const stream = { name: "", about: extentOf(part), content: part.content };
    log = logPanel([stream], { height: 420, seek: seekIn, beside: file.beside, top: call.tool === "tail_file" ? null : 0 });
    drawMoves();
  }
  refill(frame.body, el("div", { class: "stack" }, about, part ? log.panel : notice(isError ? "bad" : "", text)));
}

/** Offer the ways within a file: to its beginning, on, to its end. */
function drawMoves() {
  const { path, part } = file;
  const { from, to, total } = part;
  const goesOn = to !== null && to < total;
  const move = (label, tool, given) => server.has(tool) && button(label, () => readPart({ tool, args: { path, ...given } }), { class: "tab" });
  refill(
    file.beside,
    from !== 0 && move("Beginning", "view_file", PART),
    goesOn && server.has("view_file") && button("Read on", readOn, { class: "tab" }),
    goesOn && move("End", "tail_file", END),
  );
}

/** Read what comes after what is shown, and add it. */
function readOn() {
  const { path, part } = file;
  return ask({ tool: "view_file", args: { path, offset: part.to, ...PART } }, ({ text, isError }) => {
    const more = !isError && excerptIn(text);
    if (!more) return frame.note([isError ? "bad" : "", text]);
    file.part = { ...more, from: part.from };
    log.shown.about = extentOf(file.part);
    log.add(more.content);
    drawMoves();
  });
}
