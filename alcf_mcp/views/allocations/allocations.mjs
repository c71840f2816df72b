// What is left of the user's allocations, how fast it is used, and when it runs out at that rate.

import { meter, sparkline } from "../kit/chart.mjs";
import { el, refill, renew, theirs } from "../kit/dom.mjs";
import { button, framed, notice } from "../kit/frame.mjs";
import { refreshed } from "../kit/refresh.mjs";
import { begin } from "../kit/server.mjs";
import { table } from "../kit/table.mjs";
import { brief, count, dated, figure, rough, size } from "../kit/words.mjs";

const UNITS = { node_hours: "Node hours", bytes: "Storage", inodes: "Files and directories" };
const DAY_SECONDS = 86400;
const BACK = 30;
const AHEAD = 60;
const NEARLY = 0.9;
const SOON = 21;
const LEAST_RATE = 0.0001;

const orders = new Map();
let again = { tool: "", args: {} };
let shown = { projects: [], figures: {}, now: 0 };

const frame = framed("Allocations", { again: () => look() });
const about = el("div");
const tables = el("div", { class: "stack" });
const members = el("div", { class: "stack" });
refill(frame.body, el("div", { class: "stack" }, about, tables, members));

const server = begin({ name: "allocations", draw, end: () => refresh.end() });
// Use is counted when jobs end: every few minutes is often enough.
const refresh = refreshed(look, { first: 300, longest: 3600 });

function draw(answer, { args }) {
  const { projects, name } = answer.facts;
  again = projects ? { tool: "list_projects", args } : { tool: "get_project", args: { project: name, ...args } };
  show(answer);
}

/** Look again; returns whether anything was used since. */
async function look() {
  return show(await server.call(again.tool, again.args));
}

function show({ facts, drawn, text, isError }) {
  const projects = facts.projects ?? (facts.id && [facts]);
  if (isError || !projects) {
    frame.note([isError ? "bad" : "odd", facts.preview ?? text]);
    return false;
  }
  const before = JSON.stringify(shown.projects);
  shown = { projects, figures: { ...drawn.projects }, now: drawn.at ?? Date.now() / 1000 };
  if (facts.projects) frame.name("Allocations", theirs(facts.summary ?? count(projects.length, "project")));
  else frame.name(theirs(facts.name), facts.members && count(facts.members, "member"));
  frame.note(facts.projects && facts.note);
  refill(about, facts.description && el("p", { class: "quiet" }, theirs(facts.description)));
  frame.looked(shown.now, server.has(again.tool));
  list();
  if (!facts.projects && server.has("list_user_allocations") && !members.childElementCount) offerShares(facts.name);
  if (server.has(again.tool) && projects.length) refresh.start();
  else refresh.stop();
  return before !== JSON.stringify(projects);
}

function list() {
  const alone = again.tool === "get_project";
  const rows = shown.projects.flatMap(({ id, name, allocations }) =>
    (allocations ?? []).map((one, index) => ({ ...one, project: name, ...shown.figures[id]?.[index] })),
  );
  const units = [...new Set([...Object.keys(UNITS), ...rows.map(({ unit }) => unit)])];
  const groups = units.map((unit) => [unit, rows.filter((row) => row.unit === unit)]).filter(([, own]) => own.length);
  renew(
    tables,
    groups.map(([unit, own]) => group(unit, own, alone)),
    rows.some(isRated) &&
      el("p", { class: "quiet small legend" }, `Trend: what was left on the last ${BACK} days and, at that rate, is left on the next ${AHEAD} (dashed).`),
    shown.projects.filter(({ note }) => note).map((project) => untold(project, alone)),
  );
}

function group(unit, rows, alone) {
  const name = UNITS[unit] ?? unit.replaceAll("_", " ");
  if (!orders.has(unit)) orders.set(unit, { sorted: alone ? 1 : 2, down: true });
  const rated = rows.some(isRated);
  const runs = rows.some((row) => row.can_still_run);
  const beside = !runs && !alone && shown.projects.some(({ allocations }) => allocations?.some((one) => one.can_still_run));
  const columns = [
    !alone && { title: "Project", key: (row) => row.project, cell: projectCell, kind: "of" },
    { title: "On", key: (row) => row.of, cell: (row) => theirs(row.of), kind: alone ? "on" : "on less" },
    { title: "Used", key: usedShare, cell: usedCell, kind: "used" },
    { title: "Left", key: (row) => (row.granted > 0 ? row.left : null), cell: leftCell, kind: "number amount" },
    { title: "Granted", key: (row) => row.granted, cell: (row) => (row.granted > 0 ? amount(row.granted, unit) : "–"), kind: "number amount less" },
    rated && { title: "Trend", cell: trendCell, kind: "trend less" },
    { title: "Lasts until", key: lastsUntil, cell: lastsCell, kind: "lasts" },
    runs && !alone && { title: "Can still run", cell: (row) => el("span", { class: "small" }, row.can_still_run ?? "–"), kind: "jobs wide" },
  ].filter(Boolean);
  return el(
    "section",
    { "aria-label": name, class: beside && "beside" },
    el("h2", {}, UNITS[unit] ?? theirs(name)),
    el("div", { class: "scroll" }, table(name, columns, rows, orders.get(unit))),
    alone && rows.map(inWords),
  );
}

/** What is known of an allocation beyond its row. */
function inWords({ of, can_still_run: canRun, rate }) {
  const told = [canRun && `it can still run ${canRun}`, rate].filter(Boolean);
  return told.length > 0 && el("p", { class: "quiet small told" }, theirs(of), `: ${told.join("; ")}.`);
}

function projectCell({ project, of }) {
  return [el("span", { class: "project" }, theirs(project)), el("span", { class: "quiet small narrow" }, " ", theirs(of))];
}

function usedCell(row) {
  const { granted, used, unit, balance } = row;
  if (granted <= 0) return el("span", { class: "quiet" }, used > 0 ? `${amount(used, unit)} used` : "not reported");
  return el(
    "span",
    { class: "share" },
    meter([[Math.max(used, 0), kindOfRow(row)]], Math.max(used, granted), balance),
    el("span", { class: "small" }, el("span", { class: "less" }, `${amount(used, unit)} · `), `${figure((100 * used) / granted, used < granted / 10 ? 1 : 0)} %`),
  );
}

function leftCell({ left, granted, unit }) {
  if (granted <= 0) return "–";
  return el("span", { class: left <= 0 && "bad-ink" }, amount(left, unit));
}

/** What was left and will be, on the same days for all rows. */
function trendCell(row) {
  if (!isRated(row) || row.granted <= 0) return null;
  const { granted, used, per_day: perDay, seen, rate } = row;
  const { now } = shown;
  const left = (value) => Math.min(Math.max(granted - value, 0), granted);
  const ends = now + AHEAD * DAY_SECONDS;
  const out = perDay > 0 ? now + ((granted - used) / perDay) * DAY_SECONDS : Infinity;
  const to = Math.max(Math.min(out, ends), now);
  const ahead = [[now, left(used)], [to, left(used + (perDay * (to - now)) / DAY_SECONDS)]];
  const line = sparkline(
    seen.map(([at, value]) => [at, left(value)]),
    rate ?? "trend",
    { most: granted, ahead, from: now - BACK * DAY_SECONDS, to: ends },
  );
  line.classList.add(kindOfRow(row));
  return line;
}

function lastsCell(row) {
  const { granted, left, until, per_day: perDay } = row;
  const quiet = (words) => el("span", { class: "quiet" }, words);
  if (granted <= 0) return quiet("–");
  if (left <= 0) return el("span", { class: "bad-ink" }, left < 0 ? "overdrawn" : "used up");
  if (!isRated(row)) return quiet("not known yet");
  if (perDay < LEAST_RATE) return quiet("not used lately");
  if (!until) return quiet("over 10 years");
  const soon = kindOfRow(row) === "wait" && "wait-ink";
  return [el("span", { class: soon }, dated(until, shown.now)), el("span", { class: "quiet small" }, ` in ${rough(until - shown.now)}`)];
}

/** A project of which the answer has a note: mostly, why its allocations are not known. */
function untold(project, alone) {
  const look = () => lookUp(project);
  return el(
    "div",
    { class: "untold" },
    notice(project.allocations ? "" : "odd", alone ? project.note : `${project.name}: ${project.note}`),
    !alone && !project.allocations && server.has("get_project") && button("Look it up", look),
  );
}

async function lookUp(project) {
  const { facts, drawn, text, isError } = await server.call("get_project", { project: project.name });
  shown.projects = shown.projects.map((one) => (one !== project ? one : isError ? { ...one, note: text } : facts));
  Object.assign(shown.figures, drawn.projects);
  list();
}

/** Offer to show how a project's members share it, where the facility tells of that. */
function offerShares(project) {
  const press = async () => {
    refill(members, el("p", { class: "quiet" }, "Reading the members’ shares …"));
    const { facts, text, isError } = await server.call("list_user_allocations", { project });
    refill(members, facts.shares && !isError ? sharesOf(facts) : notice(isError ? "bad" : "", text));
  };
  refill(members, el("div", {}, button("Members’ shares", press)));
}

function sharesOf({ shares, next_step: more }) {
  const columns = [
    { title: "Member", key: (row) => row.user, cell: (row) => theirs(row.user) },
    { title: "On", key: (row) => row.of, cell: (row) => theirs(row.of) },
    { title: "Used", key: (row) => row.used, cell: (row) => amount(row.used, row.unit), kind: "number" },
    { title: "May use", key: (row) => row.granted, cell: (row) => (row.granted > 0 ? amount(row.granted, row.unit) : "–"), kind: "number" },
  ];
  return [el("h2", {}, "Members’ shares"), el("div", { class: "scroll" }, table("Members’ shares", columns, shares)), more && el("p", { class: "quiet small" }, more)];
}

function isRated({ per_day: perDay }) {
  return perDay !== undefined;
}

function usedShare({ granted, used }) {
  return granted > 0 ? used / granted : null;
}

function lastsUntil(row) {
  if (row.granted <= 0 || (!isRated(row) && row.left > 0)) return null;
  return row.left <= 0 ? 0 : (row.until ?? Infinity);
}

function kindOfRow({ granted, used, left, until }) {
  if (left <= 0) return "bad";
  return used / granted >= NEARLY || (until && until - shown.now < SOON * DAY_SECONDS) ? "wait" : "run";
}

function amount(value, unit) {
  if (unit === "bytes") return value < 0 ? `−${size(-value)}` : size(value);
  return brief(value);
}
