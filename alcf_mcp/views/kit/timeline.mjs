// Waiting and running as bars on a time axis.

import { percent, svg } from "./dom.mjs";
import { clock, day, offset, span } from "./words.mjs";

export const DAY = 86400;
// 1, 2, 5, 10, 15 and 30 min; 1, 2, 3, 6 and 12 h; 1, 2, 7 and 14 d
const STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
// 5 and 20 min; 1, 3, 6 and 12 h; 1, 3, 7 and 14 d
const WINDOWS = [300, 1200, 3600, 10800, 21600, 43200, DAY, 3 * DAY, 7 * DAY, 14 * DAY];
const MOST_TICKS = 7;
const THICK = 10;
const THIN = 4;

/**
 * The pieces of a job's time: `wait` and `ran`; `doubt`, within which it changed from one to the next, since only
 * the looks at it are known; `left`, the rest of its walltime; `starts`, within which it may start.
 *
 * `times` are in seconds since the epoch, as the server sends them; `state` is `wait`, `run` or anything else for a
 * job that has ended.
 */
export function pieces(times, state, now) {
  const { submitted, waiting, running, ended, walltime, starts, ends_by: endsBy } = times;
  const told = [];
  const piece = (kind, from, to) => from < to && told.push({ kind, from, to });
  if (state === "wait") {
    piece("wait", submitted, now);
    if (starts) piece("starts", Math.max(starts[0], now), starts[1]);
    return told;
  }
  const begun = begunBy(times, state);
  const leftQueue = begun ?? ended;
  piece("wait", submitted, Math.min(waiting ?? submitted, leftQueue));
  piece("doubt", waiting ?? submitted, leftQueue);
  if (state === "run") {
    piece("ran", begun, now);
    piece("left", now, endsBy ?? begun + walltime);
  } else {
    piece("ran", begun, running);
    piece("doubt", running ?? begun, ended);
  }
  return told;
}

function begunBy({ started, walltime, ends_by: endsBy }, state) {
  return started ?? (state === "run" && walltime && endsBy ? endsBy - walltime : undefined);
}

/** How long a job waited and ran, in words; `null` if nothing of that is known. */
export function timesInWords(times, state, now) {
  const { submitted, ended } = times;
  const begun = begunBy(times, state);
  if (state === "wait") return submitted ? `waiting for ${span(now - submitted)}` : null;
  const waited = begun > submitted && `waited ${span(begun - submitted)}`;
  const ran = state === "run" ? begun && `running for ${span(now - begun)}` : ended > begun && `ran ${span(ended - begun)}`;
  return [waited, ran].filter(Boolean).join(", ") || null;
}

/** The axis for some jobs, each as its pieces: the shortest that shows most of them whole, and the present. */
export function axisFor(all, now) {
  const told = all.flat();
  const present = told.length ? Math.max(...told.map(({ to }) => Math.min(to, now))) : now;
  const begins = all.flatMap(([first]) => first?.from ?? []).sort((a, b) => a - b);
  const early = begins[Math.floor(begins.length / 10)] ?? now - 3600;
  const width = WINDOWS.find((window) => present - early <= window * 0.97) ?? present - early;
  const from = Math.max(present - width, (begins[0] ?? 0) - width * 0.04);
  // A job's start is worth a wider axis; the end of its walltime is not.
  const most = { starts: DAY / 2 };
  const ahead = told.map(({ kind, to }) => Math.min(to - present, most[kind] ?? width * 0.6));
  return axis(from, present + Math.max(...ahead, (present - from) * 0.03), now);
}

/** An axis between two times. */
export function axis(from, to, now) {
  const step = STEPS.find((one) => (to - from) / one <= MOST_TICKS) ?? STEPS.at(-1);
  const shift = offset(from);
  const ticks = [];
  for (let at = Math.ceil((from + shift) / step) * step - shift; at <= to; at += step) ticks.push(at);
  const place = (at) => (100 * (at - from)) / (to - from);
  return { from, to, now, ticks, step, place };
}

/** The axis' labels. */
export function labels({ ticks, step, place, now, from, to }) {
  const shown = ticks.map((at) => {
    const midnight = (at + offset(at)) % DAY === 0;
    const x = place(at);
    const anchor = x < 4 ? "start" : x > 96 ? "end" : "middle";
    const text = midnight || step >= DAY ? day(at) : clock(at, at);
    return svg("text", { x: percent(x), y: 11, "text-anchor": anchor, class: midnight ? "day" : null }, text);
  });
  const mark = now > from && now < to && svg("circle", { cx: percent(place(now)), cy: 13.5, r: 2.5, class: "now" });
  return svg("svg", { class: "axis", width: "100%", height: 16, "aria-hidden": "true" }, shown, mark);
}

/** The bars of one job; `kind` colours them. */
export function bars(told, at, kind, words) {
  const grid = at.ticks.map((tick) => line(at.place(tick), "grid"));
  const now = at.now > at.from && at.now < at.to && line(at.place(at.now), "now");
  const rects = told.map((one) => bar(one, at)).filter(Boolean);
  return svg(
    "svg",
    { class: `bars ${kind}`, width: "100%", role: "img", "aria-label": words ?? "times not known" },
    grid,
    now,
    rects,
  );
}

function bar({ kind, from, to }, at) {
  const left = Math.max(at.place(from), 0);
  const right = Math.min(at.place(to), 100);
  if (right <= 0 || left >= 100) return null;
  const height = kind === "wait" || kind === "starts" ? THIN : THICK;
  const shape = { x: percent(left), width: percent(right - left), height, rx: 2 };
  return svg("rect", { ...shape, y: "50%", transform: `translate(0 ${-height / 2})`, class: kind });
}

function line(x, kind) {
  return svg("line", { x1: percent(x), x2: percent(x), y2: "100%", class: kind });
}
