// What a guarded call would change, before and after, and what came of the question. It is answered elsewhere.

import { rightsOf, verbsOf } from "../kit/access.mjs";
import { changing } from "../kit/changing.mjs";
import { el, refill, theirs } from "../kit/dom.mjs";
import { framed, notice } from "../kit/frame.mjs";
import { isAlive, jobsIn, kindOf, stateOf } from "../kit/jobs.mjs";
import { refreshed } from "../kit/refresh.mjs";
import { begin } from "../kit/server.mjs";
import { clock } from "../kit/words.mjs";

const TITLES = {
  cancel_job: "Cancel a job",
  update_job: "Change a waiting job",
  chmod: "Change permissions",
  chown: "Change owner or group",
  remove_path: "Delete",
  copy_path: "Copy",
  move_path: "Move or rename",
  compress_path: "Make an archive",
  extract_archive: "Unpack an archive",
  upload_file: "Write a file",
  cancel_task: "Cancel a file operation",
};
const OUTCOMES = {
  confirmation_required: ["wait", "waiting for your answer", "Answer in the conversation: nothing happens before that."],
  approval_required: ["wait", "waiting for your approval", ""],
  dismissed: ["off", "dismissed", "The question was dismissed, perhaps without having been shown. Nothing was changed."],
  declined: ["off", "declined", "You declined. Nothing was changed."],
  nothing_to_do: ["off", "nothing to do", ""],
  facts_changed: ["bad", "not done", "What it would do changed while you were answering. Nothing was changed."],
  answer_used: ["bad", "not done", "That answer had been used already. Nothing was changed."],
  code_refused: ["bad", "not done", "The confirmation was not valid. Nothing was changed."],
};
const WAYS_BACK = ["chmod", "chown", "move_path", "remove_path"];
const WHOSE = ["owner", "group", "others"];
const UNDO = /^(\w+) with /;
const GIVEN = /(\w+)='([^'\\]*)'/g;

let call = { tool: "", args: {} };
let timer = null;

const frame = framed("Change");
const now = el("div", { class: "small" });

const server = begin({ name: "question", draw, wait, end });
const refresh = refreshed(look);

function end() {
  clearTimeout(timer);
  refresh.end();
}

/** The call has begun: the client may be asking its user. */
function wait(from) {
  call = from;
  head("wait", "under way");
  const given = Object.entries(call.args).filter(([name]) => !["path", "job_id", "task_id"].includes(name));
  const said = (value) => (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 300);
  const terms = given.map(([name, value]) => el("div", {}, el("dt", {}, name.replaceAll("_", " ")), el("dd", {}, theirs(said(value)))));
  refill(
    frame.body,
    el("div", { class: "stack" }, terms.length > 0 && el("dl", { class: "terms" }, terms), el("p", { class: "quiet" }, "If your client asks you, answer there: nothing is changed before that.")),
  );
}

function draw(answer, from) {
  const { facts, drawn, text, isError } = answer;
  const { outcome } = facts;
  call = from;
  clearTimeout(timer);
  refresh.stop();
  refill(now);
  const { asked } = drawn;
  const [kind, word, message] = isError ? ["bad", "failed", text] : outcome ? (OUTCOMES[outcome] ?? ["bad", "not done", facts.message]) : ["good", "done", ""];
  head(kind, word);
  refill(
    frame.body,
    el(
      "div",
      { class: "stack" },
      asked?.changes.length > 0 && comparison(asked.changes, kind),
      outcome && kind === "wait" && question(asked, facts.preview),
      !outcome && !isError && ending(facts, text),
      outcome === "nothing_to_do" && el("p", {}, theirs(facts.message)),
      message && notice(kind === "bad" ? "bad" : kind === "wait" ? "odd" : "", message),
      asked?.approve && notice("odd", `You can approve it ${asked.approve.replace("their own", "your own")}.`),
      asked?.how && el("p", { class: "quiet small" }, `Confirmed: ${asked.how}.`),
      now,
      facts.undo && way(facts.undo),
    ),
  );
  if (asked?.open_for && ["wait", "off"].includes(kind) && outcome !== "declined") closeAt(drawn.at + asked.open_for, kind);
  if (!outcome && !isError && call.tool === "cancel_job" && server.has("get_job")) look();
}

/** Name what is to be done, to what, and how that stands. */
function head(kind, word) {
  const { path, job_id: job, task_id: task } = call.args;
  frame.name(TITLES[call.tool] ?? "Change", el("span", { class: "mono target" }, theirs(path ?? job ?? task ?? "")));
  refill(frame.tools, el("span", { class: `state ${kind}`, role: "status" }, word));
}

/** Before and after, a line for each thing that changes. */
function comparison(changes, kind) {
  const line = ([what, before, after]) => [
    el("dt", {}, theirs(what)),
    what.endsWith("mode") && rightsOf({ mode: after })
      ? el("dd", { class: "rights" }, rights(before, after, what.startsWith("directory")))
      : el(
          "dd",
          { class: "way" },
          el("del", {}, theirs(before || "not known")),
          el("span", { class: "arrow", "aria-label": "becomes", role: "img" }, "→"),
          el("ins", { class: after ? "" : "bad-ink" }, after ? theirs(after) : "nothing, for good"),
        ),
  ];
  return el("dl", { class: `changes ${kind}` }, changes.map(line).flat());
}

/** What owner, group and others may do: what stays, what they gain and what they lose, where that is known. */
function rights(before, after, isDirectory) {
  const [old, next] = [rightsOf({ mode: before }), rightsOf({ mode: after })];
  const lines = WHOSE.map((who, index) => {
    const [had, has] = [old?.[index] ?? next[index], next[index]].map((one) => verbsOf(one, isDirectory));
    const gone = had.filter((verb) => !has.includes(verb)).map((verb) => el("del", { class: "verb bad" }, `− ${verb}`));
    const kept = has.map((verb) => (had.includes(verb) ? el("span", { class: "verb" }, verb) : el("ins", { class: "verb good" }, `+ ${verb}`)));
    return el("div", {}, el("span", { class: "quiet who" }, who), kept, gone, !kept.length && !gone.length && el("span", { class: "quiet" }, "nothing"));
  });
  return [...lines, !old && el("div", { class: "quiet" }, "What they may do now is not known.")];
}

/** The question in the words in which it is asked. */
function question(asked, preview = "") {
  const lines = preview.split("\n");
  const words = asked ?? { question: lines.at(-1), facts: lines.slice(0, -1), remarks: [] };
  return el(
    "blockquote",
    {},
    words.facts.map((fact) => el("p", {}, theirs(fact))),
    words.remarks.map((remark) => el("p", { class: "quiet" }, theirs(remark))),
    el("p", { class: "asks" }, words.question),
  );
}

/** What the server says of a change that was made. */
function ending({ done, facility_says: said, what, before, after, path, job_id: job }, text) {
  if (job && server.has("get_job")) return el("p", {}, `${done[0].toUpperCase()}${done.slice(1)}.`);
  if (what) return before ? null : el("p", {}, theirs(`${what}: ${after}`));
  return el("p", {}, theirs(done && path ? `${done}: ${path}` : (said ?? text)));
}

/** The way back, as a change that asks first, too. */
function way(undo) {
  const [, tool] = UNDO.exec(undo) ?? [];
  const args = Object.fromEntries([...undo.matchAll(GIVEN)].map(([, name, value]) => [name, value]));
  if (!WAYS_BACK.includes(tool) || undo.includes("\\") || !server.has(tool)) return el("p", { class: "quiet small" }, "To undo: ", theirs(undo));
  const back = changing(server, { label: "Undo …", tool, args, request: `Undo it: ${undo}.` });
  return el("div", { class: "stack" }, el("div", { class: "buttons" }, back.press), back.told);
}

/** Tell until when a question can be answered, and that it no longer can. */
function closeAt(at, kind) {
  const left = at - Date.now() / 1000;
  refill(now, left > 0 ? `It can be answered until ${clock(at)}.` : "It can no longer be answered: it would have to be asked again.");
  now.className = "quiet small";
  if (left > 0) timer = setTimeout(closeAt, 1000 * left, at, kind);
  else if (kind === "wait") head("off", "expired");
}

/** Look what became of a job that is to be canceled; returns whether it has ended. */
async function look() {
  const { job_id: id, resource } = call.args;
  const answer = await server.call("get_job", { job_id: id, ...(resource && { resource }) });
  const [job] = answer.isError ? [] : jobsIn(answer);
  if (!job) return false;
  refill(now, "The job is now ", el("span", { class: `${kindOf(job)}-ink` }, stateOf(job)), ".");
  if (isAlive(job)) refresh.start();
  else refresh.stop();
  return !isAlive(job);
}
