// Jobs on a time axis; a row opens what is known of its job, and its output.

import { changing } from "../kit/changing.mjs";
import { el, refill, theirs } from "../kit/dom.mjs";
import { button, framed, notice } from "../kit/frame.mjs";
import { isAlive, jobsIn, kindOf, numberOf, stateOf, termsOf, tidings } from "../kit/jobs.mjs";
import { logPanel } from "../kit/log.mjs";
import { memberGrid } from "../kit/members.mjs";
import { refreshed } from "../kit/refresh.mjs";
import { begin } from "../kit/server.mjs";
import { streamsIn } from "../kit/streams.mjs";
import { axisFor, bars, labels, pieces, timesInWords } from "../kit/timeline.mjs";
import { count, rough, span } from "../kit/words.mjs";

const GROUPS = [
  ["run", "running"],
  ["wait", "waiting"],
  ["good", "done"],
  ["bad", "failed"],
  ["off", "other"],
];
const SEARCH_FROM = 9;
const SEEN_AT_ONCE = 40;
const KEPT = "24h";

const open = new Map();
const wanted = new Set();
let sought = "";
let shown = null;
let states = "";
let only = null;
let call = { tool: "list_jobs", args: {} };

const frame = framed("Jobs", { again: () => look() });
const chips = el("div", { class: "chips", role: "group", "aria-label": "Show only" });
const search = el("input", {
  type: "search",
  placeholder: "Find a job",
  "aria-label": "Find a job",
  on: { input: () => ((sought = search.value.toLowerCase()), list()) },
});
let others;
const rows = el("ul", { class: "rows" });
const scale = el("div", { class: "scale" });
refill(frame.tools, chips, search);
refill(frame.body, scale, rows);

const server = begin({ name: "jobs", draw, end: () => refresh.end() });
const refresh = refreshed(look);

function draw(answer, from) {
  call = from;
  only = answer.facts.job_id ?? null;
  show(answer);
  if (only && server.has("list_jobs")) look();
}

function show(answer) {
  const { facts, text, isError, drawn } = answer;
  const jobs = jobsIn(answer);
  if (!facts.jobs && !jobs.length) return frame.note([isError ? "bad" : "odd", facts.preview ?? text]);
  const now = drawn.at ?? Date.now() / 1000;
  const before = states;
  states = JSON.stringify(jobs.map((job) => [job.job_id, job.state]));
  shown = { jobs, now };
  frame.name("Jobs", jobs.length ? count(facts.total ?? 1, "job") : facts.summary);
  frame.note(
    ...Object.entries(facts.unanswered ?? {}).map(([machine, why]) => ["odd", `${machine} did not answer: ${why}`]),
    ...(facts.planned ?? []),
    facts.note,
    facts.total > jobs.length && `${count(facts.total, "job")} in all; the first ${jobs.length} are shown.`,
  );
  frame.looked(now, server.has("list_jobs"));
  list();
  if (server.has("list_jobs") && jobs.some(isAlive)) refresh.start();
  else refresh.stop();
  return before !== states;
}

/** Look again: at the same jobs, and at those of them that have ended meanwhile. */
async function look() {
  const args = call.tool === "list_jobs" ? call.args : { limit: 50 };
  return show(await server.call("list_jobs", { since: KEPT, ...args, include_finished: true }));
}

function list() {
  const { jobs, now } = shown;
  refill(chips, ...GROUPS.map(([kind, word]) => chip(kind, word, jobs.filter((job) => kindOf(job) === kind).length)));
  chips.hidden = chips.childElementCount < 2;
  search.hidden = jobs.length < SEARCH_FROM;
  const matching = jobs.filter(
    (job) =>
      (!wanted.size || wanted.has(kindOf(job))) &&
      (!sought || `${job.job_id} ${job.name}`.toLowerCase().includes(sought)),
  );
  const told = matching.map((job) => pieces(job.times, kindOf(job), now));
  const axis = axisFor(told, now);
  refill(scale, el("span"), el("span"), told.some((one) => one.length) && labels(axis));
  const focused = document.activeElement?.dataset?.job;
  // Those that are seen at once come first: the others need not be waited for.
  const all = matching.map((job, index) => () => row(job, told[index], axis));
  const first = focused ? all.length : SEEN_AT_ONCE;
  refill(rows, ...all.slice(0, first).map((make) => make()));
  clearTimeout(others);
  others = setTimeout(() => rows.append(...all.slice(first).map((make) => make())), 30);
  if (jobs.length && !matching.length) refill(rows, el("li", { class: "none quiet" }, "No job matches."));
  if (focused) rows.querySelector(`[data-job="${CSS.escape(focused)}"]`)?.focus();
}

function chip(kind, word, number) {
  const press = () => {
    if (!wanted.delete(kind)) wanted.add(kind);
    list();
  };
  const about = { class: `chip ${kind}`, "aria-pressed": String(wanted.has(kind)) };
  return number > 0 && button(`${number} ${word}`, press, about);
}

function row(job, told, axis) {
  const kind = kindOf(job);
  const words = timesInWords(job.times, kind, axis.now);
  const id = `job-${job.job_id}`;
  const more = open.get(job.job_id);
  const where = [job.resource, job.queue, job.nodes && count(job.nodes, "node")].filter(Boolean).join(" · ");
  const head = el(
    "button",
    {
      class: "row",
      type: "button",
      "data-job": job.job_id,
      "aria-expanded": String(Boolean(more)),
      "aria-controls": more && id,
      on: { click: () => toggle(job) },
    },
    el(
      "span",
      { class: "who" },
      el("span", { class: "name" }, theirs(job.name ?? numberOf(job))),
      " ",
      el("span", { class: "quiet small where" }, [job.name && numberOf(job), where].filter(Boolean).join(" · ")),
    ),
    el(
      "span",
      { class: "state" },
      el("span", { class: `${kind}-ink` }, stateOf(job)),
      " ",
      el("span", { class: "quiet small" }, detail(job, kind, axis.now)),
    ),
    el("span", { class: "when" }, bars(told, axis, kind, words)),
  );
  return el("li", { class: job.job_id === only ? "job only" : "job" }, head, more && el("div", { class: "more", id }, more));
}

function detail(job, kind, now) {
  const { submitted, started, ended, starts } = job.times;
  if (kind === "wait" && starts) return `in ${starts.map((at) => rough(at - now)).join(" – ")}`;
  if (kind === "wait") return submitted ? span(now - submitted) : "";
  if (kind === "run") return started ? span(now - started) : "";
  if (kind === "bad" && job.exit_code !== undefined) return `exit code ${job.exit_code}`;
  return started && ended ? span(ended - started) : "";
}

function toggle(job) {
  if (!open.delete(job.job_id)) open.set(job.job_id, opened(job));
  list();
}

function opened(job) {
  const alive = isAlive(job);
  const seen = el("div", { class: "stack" });
  const output = el("div");
  const buttons = el("div", { class: "buttons" });
  const panel = el("div", { class: "stack" }, el("p", {}, theirs(job.status ?? "")), termsOf(job), seen, buttons, output);
  const args = { job_id: job.job_id, ...(job.resource && { resource: job.resource }) };
  const read = () => outputOf(args, output);
  if (server.has("get_job")) lookAt(args, seen);
  if (server.has("get_job_output")) alive ? buttons.append(button("Output", read)) : read();
  if (server.has("cancel_job") && alive) {
    const request = `Cancel job ${job.job_id}.`;
    const cancel = changing(server, { label: "Cancel …", tool: "cancel_job", args, request, done: look });
    buttons.append(cancel.press);
    panel.append(cancel.told);
  }
  return panel;
}

async function lookAt(args, place) {
  const { facts, drawn, text, isError } = await server.call("get_job", args);
  if (isError) refill(place, notice("bad", text));
  else refill(place, ...tidings(facts), drawn.members && memberGrid(drawn.members));
}

async function outputOf(args, place) {
  refill(place, el("p", { class: "quiet" }, "Reading its output …"));
  const { text, isError } = await server.call("get_job_output", args);
  const streams = isError ? [] : streamsIn(text);
  refill(place, streams.length ? logPanel(streams).panel : notice(isError ? "bad" : "", text));
}
