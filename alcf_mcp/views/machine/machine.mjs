// Queue weather: machines and how busy they are; or one: its nodes, its queues, what is ahead, and the user's jobs there.

import { meter } from "../kit/chart.mjs";
import { el, refill, renew, theirs } from "../kit/dom.mjs";
import { button, framed } from "../kit/frame.mjs";
import { isAlive, jobsIn, kindOf, numberOf, stateOf } from "../kit/jobs.mjs";
import { refreshed } from "../kit/refresh.mjs";
import { begin } from "../kit/server.mjs";
import { table } from "../kit/table.mjs";
import { axis, bars, labels, pieces, timesInWords } from "../kit/timeline.mjs";
import { clock, count, figure, rough, span } from "../kit/words.mjs";

const INKS = { up: "good-ink", degraded: "wait-ink", down: "bad-ink" };
const HOUR = 3600;
const FORTNIGHT = 14 * 86400;
const JOBS = 20;

const orders = { machines: {}, others: {}, queues: {} };
let again = { tool: "", args: {} };
let answered = {};
let mine = null;
let trouble = [];
let last = "";

const frame = framed("Machines", { again: () => look() });
const back = button("All machines", () => turn("list_resources", {}));
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
  if (!answer.isError) [mine, trouble] = [null, []];
  return draw(answer, { args });
}

/** Look again; returns whether anything is different. */
async function look() {
  return show(await server.call(again.tool, again.args));
}

async function show(answer) {
  const { facts, drawn, text, isError } = answer;
  if (isError || !(facts.resources || facts.status)) {
    frame.note([isError ? "bad" : "odd", facts.preview ?? text]);
    return false;
  }
  answered = { facts, drawn, now: drawn.at ?? Date.now() / 1000 };
  const before = last;
  last = JSON.stringify([facts.summary, facts.status, { ...facts.now, as_of: 0 }]);
  drawAll();
  if (server.has(again.tool)) refresh.start();
  else refresh.stop();
  if (facts.status) await Promise.all([lookForJobs(), lookForTrouble()]);
  return before !== last;
}

/** Where the user's own jobs stand on this machine. */
async function lookForJobs() {
  const { facts } = answered;
  if (!facts.now || !server.has("list_jobs")) return;
  const seen = await server.call("list_jobs", { resource: facts.name, limit: JOBS });
  if (answered.facts !== facts) return;
  mine = { jobs: jobsIn(seen), error: seen.isError && seen.text };
  drawAll();
}

/** Why a machine is not up, and until when. */
async function lookForTrouble() {
  const { facts } = answered;
  if (!["down", "degraded"].includes(facts.status) || !server.has("list_incidents")) return;
  const { facts: told } = await server.call("list_incidents", { resource: facts.name, limit: 3 });
  if (answered.facts !== facts) return;
  trouble = (told.affected_now ?? []).map(({ status, since, expected_end: end, reason }) =>
    [`It is ${status}`, since && ` since ${clock(Date.parse(since) / 1000)}`, end && `, expected to end ${clock(Date.parse(end) / 1000)}`, reason && `: ${reason}`]
      .filter(Boolean)
      .join(""),
  );
  drawAll();
}

function drawAll() {
  const { facts, now } = answered;
  back.hidden = Boolean(facts.resources) || !server.has("list_resources");
  frame.looked(facts.now?.as_of ? Date.parse(facts.now.as_of) / 1000 : now, server.has(again.tool));
  if (facts.resources) drawList();
  else drawOne();
}

function drawList() {
  const { facts, drawn } = answered;
  frame.name("Machines", facts.summary);
  frame.note(facts.note);
  const rows = facts.resources.map((one) => ({ ...one, ...drawn.machines?.[one.id] }));
  const machines = rows.filter(({ type }) => type === "compute");
  const others = rows.filter(({ type }) => type !== "compute");
  const busy = machines.some(({ running }) => running !== undefined);
  const state = { title: "Status", key: (row) => row.status, cell: ({ status }) => el("span", { class: INKS[status] ?? "quiet" }, theirs(status)), kind: "state" };
  const name = { title: "Name", key: (row) => row.name, cell: nameCell, kind: "of" };
  const jobs = (title, key) => ({ title, key, cell: (row) => known(key(row)), kind: "number amount" });
  const load = [
    { title: "Nodes", key: (row) => row.nodes_in_use / (row.nodes_in_use + row.nodes_free) || null, cell: nodesCell },
    jobs("Running", (row) => row.running),
    jobs("Queued", (row) => row.queued),
  ];
  renew(
    place,
    machines.length > 0 && section("Machines", table("Machines", [name, state, ...(busy ? load : [aboutColumn])], machines, orders.machines)),
    others.length > 0 && section("Storage and others", table("Storage and others", [name, state, aboutColumn], others, orders.others)),
  );
}

const aboutColumn = { title: "About", cell: (row) => el("span", { class: "quiet small" }, theirs(row.description ?? row.type)) };

function nameCell({ name, type }) {
  const opens = type === "compute" && server.has("get_resource");
  return opens ? button(theirs(name), () => turn("get_resource", { resource: name }), { class: "plain" }) : theirs(name);
}

function nodesCell(row) {
  if (row.nodes_in_use === undefined) return el("span", { class: "quiet small" }, theirs(row.activity ?? "–"));
  return el("span", { class: "share" }, nodesBar(row), el("span", { class: "small quiet" }, nodesInWords(row)));
}

function nodesInWords({ nodes_in_use: used, nodes_free: free, nodes_down: down }) {
  const told = [[used, "in use"], [free, "free"], [down, "down"]].filter(([number], index) => number || index < 2);
  return told.map(([number, word]) => `${figure(number)} ${word}`).join(", ");
}

function nodesBar(row, height) {
  const { nodes_in_use: used, nodes_free: free, nodes_down: down } = row;
  return meter([[used, "run"], [free, "idle"], [down, "bad"]], used + free + down, `Nodes: ${nodesInWords(row)}`, height);
}

function drawOne() {
  const { facts, drawn } = answered;
  const { now: doing, status } = facts;
  const figures = drawn.machine ?? {};
  const jobs = doing && doing.running !== undefined && ` · ${count(doing.running, "job")} running, ${figure(doing.queued)} queued`;
  frame.name(theirs(facts.name), [el("span", { class: INKS[status] ?? "quiet" }, theirs(status)), jobs]);
  frame.note(
    ...trouble.map((one) => [status === "down" ? "bad" : "odd", one]),
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
  const key = (kind, number, word) => el("span", { class: `key ${kind}` }, `${figure(number)} ${word}`);
  const { nodes_in_use: used, nodes_free: free, nodes_down: down } = doing;
  const states = Object.entries(figures.nodes ?? {});
  return el(
    "section",
    { "aria-label": "Nodes" },
    nodesBar(doing, 14),
    el("p", { class: "keys small" }, key("run", used, "in use"), key("idle", free, "free"), key("bad", down, "down"), states.length > 0 && el("span", { class: "quiet" }, states.map(([state, number]) => `${state} ${figure(number)}`).join(", "))),
  );
}

/** The user's jobs, reservations and maintenance on one axis. */
function ahead(figures, doing) {
  const { now } = answered;
  const jobs = (mine?.jobs ?? []).map(jobRow);
  const set = (figures.reservations ?? []).map((one) => setRow(one, theirs(one.name), "off"));
  const down = figures.maintenance ? [setRow(figures.maintenance, "Maintenance", "bad")] : [];
  const rows = [...jobs, ...down, ...set];
  // Without figures, the answer tells of reservations in words.
  const told = figures.reservations ? [] : (doing?.reservations ?? []);
  const said = mine?.error ? `Your jobs: ${mine.error}` : mine && !jobs.length && "You have no jobs here.";
  if (!rows.length && !told.length && !said) return null;
  const at = axisOf(rows, jobs);
  const placed = rows.some((row) => row.told.length);
  return el(
    "section",
    { "aria-label": "Ahead" },
    el("h2", {}, jobs.length ? "Your jobs, and what is ahead" : "Ahead"),
    placed && el("div", { class: "row scale" }, el("span"), labels(at)),
    rows.length > 0 && el("ul", { class: "rows" }, rows.map(({ who, detail, told: own, kind, words }) =>
      el("li", { class: "row" }, el("span", { class: "who" }, who, el("span", { class: "quiet small" }, detail)), own.length > 0 && bars(own, at, kind, words)))),
    told.map((one) => el("p", { class: "small" }, theirs(one))),
    said && el("p", { class: "quiet small" }, said),
  );

  function jobRow(job) {
    const kind = kindOf(job);
    const { place: stands, starts, ends_by: endsBy } = job.times;
    const where = [job.name && numberOf(job), job.queue, job.nodes && count(job.nodes, "node")];
    const detail = [
      ...where,
      stands && `number ${stands[0]} of ${stands[1]} in its queue`,
      kind === "wait" && starts && `may start in ${starts.map((one) => rough(one - now)).join(" – ")}`,
      kind === "run" && endsBy && `ends by ${clock(endsBy, now)}`,
    ];
    return {
      who: [el("span", { class: "name" }, theirs(job.name ?? numberOf(job))), " ", el("span", { class: `${kind}-ink` }, theirs(stateOf(job))), el("br")],
      detail: detail.filter(Boolean).join(" · "),
      told: pieces(job.times, kind, now),
      alive: isAlive(job),
      kind,
      words: timesInWords(job.times, kind, now),
    };
  }

  function setRow({ start, end, nodes: number }, name, kind) {
    const when = [start && clock(start, now), end ? clock(end, now) : "no known end"].filter(Boolean).join(" – ");
    const detail = [kind === "off" && "reservation", number && count(number, "node"), when].filter(Boolean).join(" · ");
    const begins = start ?? now;
    return { who: [el("span", { class: "name" }, name), el("br")], detail, told: end && end > begins ? [{ kind: "set", from: begins, to: end }] : [], kind, words: when };
  }
}

/** An axis that shows the user's jobs whole, and what begins within as long again; without jobs, all that is ahead. */
function axisOf(rows, jobs) {
  const { now } = answered;
  const until = (some) => some.flatMap(({ told }) => told.map(({ to }) => to - now));
  const near = Math.max(...until(jobs.filter(({ alive }) => alive)), HOUR);
  const soon = rows.flatMap(({ told }) => told).filter(({ from }) => !jobs.length || from - now < Math.max(near, 4 * HOUR));
  const width = Math.min(Math.max(...soon.map(({ to }) => to - now), near) * 1.06, FORTNIGHT);
  const begins = Math.min(...jobs.flatMap(({ told }) => told.map(({ from }) => from)), now);
  return axis(Math.max(begins, now - width * 0.6), now + width, now);
}

function queues(doing, figures) {
  const loads = doing?.queues ?? [];
  const idle = Object.entries(figures.queues ?? {}).filter(([queue, { by_request: asked }]) => !asked && !loads.some((load) => load.queue === queue));
  const none = { running: 0, running_nodes: 0, queued: 0, queued_nodes: 0 };
  const rows = [...loads, ...idle.map(([queue]) => ({ queue, ...none }))].map((load) => ({ ...load, ...figures.queues?.[load.queue] }));
  if (!rows.length) return null;
  const most = Math.max(...rows.map((row) => row.running_nodes + row.queued_nodes));
  const waits = rows.some((row) => row.waited !== undefined || row.longest_wait !== undefined);
  const limits = rows.some((row) => row.limit_nodes);
  const columns = [
    { title: "Queue", key: (row) => row.queue, cell: ({ queue, via }) => [el("span", { class: "name" }, theirs(queue)), via && el("span", { class: "quiet small" }, " by way of ", theirs(via))], kind: "of" },
    { title: "Running", key: (row) => row.running, cell: (row) => known(row.running), kind: "number amount" },
    { title: "Queued", key: (row) => row.queued, cell: ({ queued, held }) => [known(queued), held && el("span", { class: "quiet small held" }, ` ${figure(held)} held`)], kind: "number amount" },
    { title: "Nodes", key: (row) => row.running_nodes + row.queued_nodes, cell: (row) => demand(row, most) },
    waits && { title: "Waited", key: (row) => row.waited, cell: waitedCell, kind: "waited less" },
    limits && { title: "Takes", key: (row) => row.limit_walltime?.[1], cell: limitsCell, kind: "limits less" },
  ].filter(Boolean);
  const legend = [
    "Nodes: in use (dark) and asked for.",
    waits && "Waited: what was usual for the jobs that run now, and the longest wait of those in the queue.",
    limits && figures.limits_as_of && `Takes: as documented in ${figures.limits_as_of}.`,
  ];
  return section("Queues", table("Queues", columns, rows, orders.queues), el("p", { class: "quiet small legend" }, legend.filter(Boolean).join(" ")));
}

function demand({ running_nodes: used, queued_nodes: asked }, most) {
  const words = `${figure(used)} in use, ${figure(asked)} asked for`;
  if (!used && !asked) return el("span", { class: "quiet" }, "–");
  return el("span", { class: "share" }, meter([[used, "run"], [asked, "asked"]], most, words), el("span", { class: "small quiet" }, words));
}

function waitedCell({ waited, longest_wait: longest }) {
  if (waited === undefined && longest === undefined) return "–";
  return [waited !== undefined && rough(waited), longest !== undefined && el("span", { class: "quiet small longest" }, `longest ${rough(longest)}`)];
}

function limitsCell({ limit_nodes: sizes, limit_walltime: times, limit_jobs: jobs }) {
  if (!sizes) return "–";
  const range = sizes[0] === sizes[1] ? count(sizes[0], "node") : `${figure(sizes[0])} – ${count(sizes[1], "node")}`;
  return el("span", { class: "small" }, [range, `up to ${span(times[1])}`, jobs && `${count(jobs, "job")} each`].filter(Boolean).join(", "));
}

function section(name, ...content) {
  return el("section", { "aria-label": name }, el("h2", {}, name), content);
}

function known(value) {
  return value === undefined ? "–" : figure(value);
}
