// One job: its times, what went wrong, its members, and its output, which can be followed and searched.

import { changing } from "../kit/changing.mjs";
import { el, refill, theirs } from "../kit/dom.mjs";
import { button, framed, notice } from "../kit/frame.mjs";
import { isAlive, jobsIn, kindOf, numberOf, stateOf, termsOf, tidings } from "../kit/jobs.mjs";
import { logPanel } from "../kit/log.mjs";
import { memberGrid } from "../kit/members.mjs";
import { refreshed } from "../kit/refresh.mjs";
import { seekIn } from "../kit/seek.mjs";
import { begin } from "../kit/server.mjs";
import { streamsIn } from "../kit/streams.mjs";
import { axisFor, bars, labels, pieces, timesInWords } from "../kit/timeline.mjs";

const LINES = 400;

let args = {};
let job = null;
let streams = [];
let log = null;

const frame = framed("Job", { again: () => look() });
const axisPlace = el("div");
const seen = el("div", { class: "stack" });
const told = el("div", { class: "stack" });
const output = el("div", { class: "stack" });
const follow = button("Follow", toggle, { class: "tab", "aria-pressed": "false" });
refill(frame.body, el("div", { class: "stack" }, axisPlace, seen, told, output));

const server = begin({ name: "job", draw, end });
const refresh = refreshed(look);
const following = refreshed(readOn, { first: 5, longest: 60 });

function draw(answer, call) {
  const { job_id: id, resource } = call.args;
  args = { job_id: answer.facts.job_id ?? id, ...(resource && { resource }) };
  if (call.tool === "get_job_output") {
    drawOutput(answer, call.args.member);
    if (server.has("get_job")) look();
  } else {
    show(answer);
    if (call.args.member) readMember(call.args.member);
    else if (server.has("get_job_output")) readOutput();
    else drawEnds(answer.facts);
  }
}

function end() {
  refresh.end();
  following.end();
}

/** Look at the job again; returns whether its state has changed. */
async function look() {
  return server.has("get_job") && show(await server.call("get_job", args));
}

function show(answer) {
  if (answer.isError || !answer.facts.job_id) {
    frame.note([answer.isError ? "bad" : "odd", answer.text]);
    return false;
  }
  const before = job?.status;
  const ended = job && isAlive(job);
  [job] = jobsIn(answer);
  const kind = kindOf(job);
  const now = answer.drawn.at ?? Date.now() / 1000;
  frame.name(theirs(job.name ?? `Job ${numberOf(job)}`), [
    el("span", { class: `${kind}-ink` }, stateOf(job)),
    job.name && ` · ${numberOf(job)}`,
    job.member && ` · member ${job.member}`,
  ]);
  frame.note();
  frame.looked(now, server.has("get_job"));
  drawTimes(kind, now);
  const { members } = answer.drawn;
  const chosen = server.has("get_job_output") && readMember;
  refill(
    seen,
    el("p", {}, theirs(job.status)),
    job.member_state && el("p", {}, `Member ${job.member}: ${job.member_state}.`),
    termsOf(job),
    ...tidings(job),
    members ? memberGrid(members, chosen) : job.members && notice("", `Members: ${job.members}.`),
  );
  offerToFollow();
  if (isAlive(job)) refresh.start();
  else refresh.stop();
  if (!told.childElementCount || !isAlive(job)) offer();
  if (ended && !isAlive(job) && server.has("get_job_output")) readOutput();
  return before !== job.status;
}

function drawTimes(kind, now) {
  const known = pieces(job.times, kind, now);
  const axis = axisFor([known], now);
  const words = timesInWords(job.times, kind, now);
  refill(axisPlace, known.length > 0 && labels(axis), known.length > 0 && bars(known, axis, kind, words), words && el("p", { class: "quiet small" }, words));
}

/** Offer what can be done with the job. */
function offer() {
  if (!isAlive(job) || !server.has("cancel_job")) return refill(told);
  const request = `Cancel job ${job.job_id}.`;
  const cancel = changing(server, { label: "Cancel …", tool: "cancel_job", args, request, done: look });
  refill(told, el("div", { class: "buttons" }, cancel.press), cancel.told);
}

async function readOutput() {
  drawOutput(await server.call("get_job_output", { ...args, tail_lines: LINES }));
}

async function readMember(member) {
  drawOutput(await server.call("get_job_output", { ...args, member, tail_lines: LINES }), member);
}

function drawOutput({ text, isError }, member) {
  streams = isError ? [] : streamsIn(text);
  following.stop();
  follow.setAttribute("aria-pressed", "false");
  offerToFollow();
  if (!streams.length) return refill(output, notice(isError ? "bad" : "", text));
  log = logPanel(streams, { height: 380, seek: seekIn, beside: follow });
  const whole = member && button("Output of the whole job", readOutput, { class: "plain small" });
  refill(output, whole && el("div", {}, whole), log.panel);
}

function offerToFollow() {
  const goesOn = job === null || isAlive(job) || streams.some(({ on }) => on !== null);
  follow.hidden = !goesOn || !server.has("get_job_output");
}

/** The ends of a job's output that a report has, where nothing more can be asked for. */
function drawEnds({ stderr_end: stderr, stdout_end: stdout, stderr_path: errors, stdout_path: path }) {
  const ends = [
    { name: "stderr", about: `the end of ${errors}`, content: stderr },
    { name: "stdout", about: `the end of ${path}`, content: stdout },
  ].filter(({ content }) => content);
  refill(output, ends.length > 0 && logPanel(ends, { seek: seekIn }).panel);
}

function toggle() {
  const on = follow.getAttribute("aria-pressed") !== "true";
  follow.setAttribute("aria-pressed", String(on));
  if (!on) return following.stop();
  following.start();
  readOn();
}

/** Read what the shown stream has written since; returns whether there is something. */
async function readOn() {
  const { name, on } = log.shown;
  const member = /^member (\d+)$/.exec(name)?.[1];
  const which = member ? { member: Number(member) } : { stream: name };
  const { text, isError } = await server.call("get_job_output", { ...args, ...which, since_offset: on ?? 0 });
  const [more] = isError ? [] : streamsIn(text);
  if (more?.content) log.add(more.content, more.on);
  return Boolean(more?.content);
}
