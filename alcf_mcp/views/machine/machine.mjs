// Queue weather: machines and how busy they are; or one: its nodes, its queues, what is ahead, and the user's jobs there.

import { meter } from "../kit/chart.mjs";
import { el, refill, renew, theirs } from "../kit/dom.mjs";
import { button, framed } from "../kit/frame.mjs";
import { jobsIn, kindOf, numberOf, stateOf } from "../kit/jobs.mjs";
import { refreshed } from "../kit/refresh.mjs";
import { begin } from "../kit/server.mjs";
import { table } from "../kit/table.mjs";
import { axis, bars, DAY, labels, pieces, timesInWords } from "../kit/timeline.mjs";
import { clock, count, figure, rough, span } from "../kit/words.mjs";

const INKS = { up: "good-ink", degraded: "wait-ink", down: "bad-ink" };
const WORDS = ["in use", "free", "down"];
const HOUR = 3600;

const orders = { machines: {}, queues: {} };
let again = { tool: "", args: {} };
let answered = {};
let mine;
let trouble = [];
let last = "";

const frame = framed("Machines", { again: () => look() });
const back = button("All machines", () => turn("list_resources", {}), { class: "tab" });
const place = el("div", { class: "stack" });
refill(frame.tools, back);
refill(frame.body, place);

const server = begin({ name: "machine", draw, end: () => refresh.end() });
// The feed is written once a minute.
const refresh = refreshed(look, { first: 60, longest: 600 });

function draw(answer, { args }) {
  const { resources, name } = answer.facts;
  again = resources ? { tool: "list_resources", args } : { tool: "get_resource", args: { resource: name, ...args } };
  return show(answer);
}

/** Turn to another answer. */
async function turn(tool, args) {
  const answer = await server.call(tool, args);
  if (!answer.isError) [mine, trouble] = [undefined, []];
  return draw(answer, { args });
}

/** Look again; returns whether anything is different. */
async function look() {
  return show(await server.call(again.tool, again.args));
}

async function show(answer) {
  const { facts, drawn, text, isError } = answer;
  if (isError || !(facts.resources || facts.status)) {
    frame.note([isError ? "bad" : "odd", text]);
    return false;
  }
  answered = { facts, drawn, now: drawn.at ?? Date.now() / 1000 };
  const before = last;
  last = JSON.stringify([facts.summary, facts.status, { ...facts.now, as_of: 0 }]);
  drawAll();
  if (server.has(again.tool)) refresh.start();
  else refresh.stop();
  await lookForJobs();
  await lookForTrouble();
  return before !== last;
}

/** Where the user's own jobs stand on this machine. */
async function lookForJobs() {
  const { facts } = answered;
  if (!facts.now || !server.has("list_jobs")) return;
  const seen = await server.call("list_jobs", { resource: facts.name, limit: 20 });
  if (answered.facts !== facts) return;
  mine = { jobs: jobsIn(seen), error: seen.isError && seen.text };
  drawAll();
}

/** Why a machine is not up, and until when: the first lines of an answer on incidents. */
async function lookForTrouble() {
  const { facts } = answered;
  if (!["down", "degraded"].includes(facts.status) || !server.has("list_incidents")) return;
  const told = await server.call("list_incidents", { resource: facts.name, limit: 3 });
  if (answered.facts !== facts) return;
  trouble = told.text.split("\n", told.facts.affected_now?.length ?? 0);
  drawAll();
}

function drawAll() {
  const { facts, now } = answered;
  back.hidden = !facts.status || !server.has("list_resources");
  frame.looked(Date.parse(facts.now?.as_of) / 1000 || now, server.has(again.tool));
  if (facts.resources) drawList();
  else drawOne();
}

function drawList() {
  const { facts, drawn } = answered;
  frame.name("Machines", facts.summary);
  frame.note(facts.note);
  const rows = facts.resources.map((one) => ({ ...one, ...drawn.machines?.[one.id] }));
  const columns = [
    { title: "Name", key: (row) => row.name, cell: nameCell, kind: "of" },
    { title: "Status", key: (row) => row.status, cell: statusOf, kind: "state" },
    { title: "Nodes", key: (row) => row.nodes_in_use, cell: nodesCell },
    ...(drawn.machines ? [counted("Running", "running", "less"), counted("Queued", "queued", "less")] : []),
  ];
  renew(place, rows.length > 0 && table("Machines", columns, rows, orders.machines));
}

function statusOf({ status }) {
  return el("span", { class: INKS[status] ?? "quiet" }, theirs(status));
}

function nameCell({ name, type }) {
  const opens = type === "compute" && server.has("get_resource");
  return opens ? button(theirs(name), () => turn("get_resource", { resource: name }), { class: "plain" }) : theirs(name);
}

function nodesCell(row) {
  if (row.nodes_in_use === undefined) return el("span", { class: "quiet small" }, theirs(row.activity ?? row.type));
  return el("span", { class: "share" }, nodesBar(row), el("span", { class: "small quiet" }, nodesInWords(row)));
}

function nodesInWords(row) {
  return counts(row).map((number, index) => `${figure(number)} ${WORDS[index]}`).join(", ");
}

function nodesBar(row, height) {
  const [used, free, down] = counts(row);
  return meter([[used, "run"], [free, "idle"], [down, "bad"]], used + free + down, `Nodes: ${nodesInWords(row)}`, height);
}

function counts({ nodes_in_use: used, nodes_free: free, nodes_down: down }) {
  return [used, free, down];
}

function drawOne() {
  const { facts, drawn } = answered;
  const { now: doing } = facts;
  const figures = drawn.machine ?? {};
  const jobs = doing?.queues && ` · ${count(doing.running, "job")} running, ${figure(doing.queued)} queued`;
  frame.name(theirs(facts.name), [statusOf(facts), jobs]);
  frame.note(
    ...trouble.map((one) => [facts.status === "down" ? "bad" : "odd", one]),
    doing?.not_known && ["odd", `What it is doing is not known: ${doing.not_known}.`],
    doing?.maintenance && ["odd", `In ${doing.maintenance}.`],
    ...(doing?.notices ?? []),
    facts.note,
  );
  renew(
    place,
    facts.description && el("p", { class: "quiet" }, theirs(facts.description)),
    doing?.nodes_in_use !== undefined && nodes(doing, figures),
    ahead(figures, doing),
    queues(doing, figures),
  );
}

function nodes(doing, figures) {
  const kinds = ["run", "idle", "bad"];
  const keys = kinds.map((kind, index) => el("span", { class: `key ${kind}` }, `${figure(counts(doing)[index])} ${WORDS[index]}`));
  const states = Object.entries(figures.nodes ?? {}).map(([state, number]) => `${state} ${figure(number)}`);
  return el(
    "div",
    {},
    nodesBar(doing, 14),
    el("p", { class: "keys small" }, keys, el("span", { class: "quiet" }, theirs(states.join(", ")))),
  );
}

/** The user's jobs, reservations and maintenance on one axis. */
function ahead(figures, doing) {
  const { now } = answered;
  const jobs = mine?.jobs.map((job) => jobRow(job, now)) ?? [];
  const { maintenance, reservations } = figures;
  const down = maintenance ? [setRow(maintenance, "Maintenance", "bad", now)] : [];
  const set = reservations?.map((one) => setRow(one, theirs(one.name), "off", now)) ?? [];
  const rows = [...jobs, ...down, ...set];
  // Without figures, the answer tells of reservations in words.
  const told = reservations ? [] : (doing?.reservations ?? []);
  const said = mine?.error ? `Your jobs: ${mine.error}` : mine && !jobs.length && "You have no jobs here.";
  if (!rows.length && !told.length && !said) return null;
  const at = axisOf(rows, jobs.length > 0, now);
  return section(
    jobs.length ? "Your jobs, and what is ahead" : "Ahead",
    ...(rows.length ? [el("div", { class: "row scale" }, el("span"), labels(at)), el("ul", { class: "rows" }, rows.map((row) => rowOf(row, at)))] : []),
    ...[...told, said].map((one) => one && el("p", { class: "small quiet" }, theirs(one))),
  );
}

function rowOf({ name, state, detail, told, kind, words }, at) {
  const [first] = told;
  const later = first?.from > at.to;
  return el(
    "li",
    { class: "row" },
    el("div", { class: "who" }, el("span", { class: "name" }, name), " ", state, el("p", { class: "quiet small" }, detail.filter(Boolean).join(" · "))),
    later ? el("span", { class: "quiet small later" }, `in ${rough(first.from - at.now)} →`) : first && bars(told, at, kind, words),
  );
}

function jobRow(job, now) {
  const kind = kindOf(job);
  const { place: stands, starts } = job.times;
  const told = pieces(job.times, kind, now);
  const left = told.find((one) => one.kind === "left");
  return {
    name: theirs(job.name ?? numberOf(job)),
    state: el("span", { class: `${kind}-ink` }, theirs(stateOf(job))),
    detail: [
      job.name && numberOf(job),
      job.queue,
      job.nodes && count(job.nodes, "node"),
      stands && `number ${stands[0]} of ${stands[1]} in its queue`,
      kind === "wait" && starts && `may start in ${starts.map((one) => rough(one - now)).join(" – ")}`,
      left && `ends by ${clock(left.to, now)}`,
    ],
    told,
    kind,
    words: timesInWords(job.times, kind, now),
  };
}

function setRow({ start, end, nodes: number }, name, kind, now) {
  const begins = start ?? now;
  const when = `${clock(begins, now)} – ${end ? clock(end, begins) : "no known end"}`;
  return {
    name,
    detail: [kind === "off" && "reservation", number && count(number, "node"), when],
    told: end > begins ? [{ kind: "set", from: begins, to: end }] : [],
    kind,
    words: when,
  };
}

/** An axis that shows the user's jobs, and what begins within a day; without jobs, all that is ahead. */
function axisOf(rows, hasJobs, now) {
  const all = rows.flatMap(({ told }) => told);
  const ends = all.filter(({ from }) => !hasJobs || from - now < DAY).map(({ to }) => to - now);
  const width = Math.min(Math.max(...ends, HOUR) * 1.06, 14 * DAY);
  return axis(Math.max(Math.min(...all.map(({ from }) => from), now), now - width / 2), now + width, now);
}

function queues(doing, figures) {
  const loads = doing?.queues ?? [];
  const more = figures.queues ?? {};
  const idle = Object.keys(more).filter((queue) => !more[queue].by_request && !loads.some((load) => load.queue === queue));
  const none = { running: 0, running_nodes: 0, queued: 0, queued_nodes: 0 };
  const rows = [...loads, ...idle.map((queue) => ({ queue, ...none }))].map((load) => ({ ...load, ...more[load.queue] }));
  if (!rows.length) return null;
  const most = Math.max(...rows.map((row) => row.running_nodes + row.queued_nodes));
  const limits = rows.some((row) => row.limit_nodes);
  const columns = [
    { title: "Queue", key: (row) => row.queue, cell: ({ queue, via }) => [el("span", { class: "name" }, theirs(queue)), via && el("span", { class: "quiet small" }, " via ", theirs(via))], kind: "of" },
    counted("Running", "running"),
    counted("Queued", "queued"),
    { title: "Nodes", key: (row) => row.running_nodes + row.queued_nodes, cell: (row) => demand(row, most) },
    { title: "Waited", key: (row) => row.waited, cell: waitedCell, kind: "waited less" },
    limits && { title: "Takes", key: (row) => row.limit_walltime?.[1], cell: limitsCell, kind: "limits less" },
  ].filter(Boolean);
  const legend = "Nodes: in use + asked for. Waited: running jobs (median), and the longest in the queue.";
  const source = figures.limits_as_of && ` Takes: as of ${figures.limits_as_of}.`;
  return section("Queues", table("Queues", columns, rows, orders.queues), el("p", { class: "quiet small legend" }, legend, source));
}

function demand({ running_nodes: used, queued_nodes: asked }, most) {
  if (!used && !asked) return "–";
  const words = `${figure(used)} in use, ${figure(asked)} asked for`;
  return el("span", { class: "share" }, meter([[used, "run"], [asked, "asked"]], most, words), el("span", { class: "small quiet", "aria-hidden": "true" }, `${figure(used)} + ${figure(asked)}`));
}

function waitedCell({ waited, longest_wait: longest }) {
  const more = longest !== undefined && el("span", { class: "quiet small beneath" }, `longest ${rough(longest)}`);
  return [waited === undefined ? "–" : rough(waited), more];
}

function limitsCell({ limit_nodes: sizes, limit_walltime: times, limit_jobs: jobs }) {
  if (!sizes) return "–";
  const range = sizes[0] === sizes[1] ? count(sizes[0], "node") : `${figure(sizes[0])} – ${count(sizes[1], "node")}`;
  return el("span", { class: "small" }, [range, `up to ${span(times[1])}`, jobs && `${count(jobs, "job")} each`].filter(Boolean).join(", "));
}

function section(name, ...content) {
  return el("section", { "aria-label": name }, el("h2", {}, name), content);
}

function counted(title, name, kind = "") {
  const held = (row) => row.held && name === "queued" && el("span", { class: "quiet small beneath" }, `${figure(row.held)} held`);
  return { title, key: (row) => row[name], cell: (row) => [row[name] === undefined ? "–" : figure(row[name]), held(row)], kind: `number amount ${kind}` };
}
