// Jobs as the server's answers have them, for every view that shows some.

import { el, theirs } from "./dom.mjs";
import { notice } from "./frame.mjs";

const JOB_KINDS = { active: "run", new: "wait", queued: "wait", held: "wait", completed: "good" };
const JOB_WORDS = { active: "running", new: "submitted", unknown: "not known" };

/** What a job comes to: `run`, `wait`, `good`, `bad` or `off`, which colours it. */
export function kindOf({ state, succeeded }) {
  if (succeeded === false && state !== "canceled") return "bad";
  return JOB_KINDS[state] ?? "off";
}

/** Whether a job has not ended. */
export function isAlive(job) {
  return ["run", "wait"].includes(kindOf(job));
}

/** A job's state in a word. */
export function stateOf(job) {
  return kindOf(job) === "bad" ? "failed" : (JOB_WORDS[job.state] ?? job.state);
}

/** The number at the start of a job's id. */
export function numberOf(job) {
  return job.job_id.split(".")[0];
}

/** What a job asks for, as a list of terms. */
export function termsOf({ resource: machine, queue, nodes, walltime, account }) {
  const told = Object.entries({ machine, queue, nodes, walltime, account }).filter(([, value]) => value);
  const term = ([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, theirs(value)));
  return told.length > 0 && el("dl", { class: "terms small" }, told.map(term));
}

/** What went wrong with a job and what may come, as notices. */
export function tidings({ outlook, message, likely_cause: cause, output_note: note }) {
  const told = [["", outlook], ["odd", message], ["bad", cause], ["", note]];
  return told.filter(([, text]) => text).map(([kind, text]) => notice(kind, text));
}

/** The jobs of an answer, whichever tool gave it; each has its `times`. */
export function jobsIn({ facts, drawn }) {
  const usual = facts.unless_stated ?? {};
  const jobs = facts.jobs ?? (facts.job_id ? [facts] : []);
  return jobs.map((job) => ({ ...usual, ...job, times: drawn.jobs?.[job.job_id] ?? times(job) }));
}

function times({ submitted_at: at, ends_by: endsBy }) {
  return { submitted: at && Date.parse(at) / 1000, ends_by: endsBy && Date.parse(endsBy) / 1000 };
}
