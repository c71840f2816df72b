// Who may do what with a file or a directory, in words.

import { theirs } from "./dom.mjs";

const LETTERS = /([r-][w-][xsS-])([r-][w-][xsS-])([r-][w-][xtT-])([+.@]?)$/;

/**
 * What owner, group and others may do: those of the letters `rwx` that each of them has.
 *
 * `null` if neither the permissions nor the mode say it.
 */
export function rightsOf({ permissions = "", mode = "" }) {
  const found = LETTERS.exec(permissions);
  if (found) return found.slice(1, 4).map((letters) => letters.replace(/[-ST]/g, "").replace(/[st]/, "x"));
  if (!/^[0-7]{3}$/.test(mode)) return null;
  return [...mode].map((digit) => [..."rwx"].filter((_, bit) => digit & (4 >> bit)).join(""));
}

/** What somebody with these rights may do, in words. */
export function verbsOf(rights, isDirectory) {
  const [read, write, run] = [..."rwx"].map((letter) => rights.includes(letter));
  if (!isDirectory) return [read && "read", write && "write", run && "run"].filter(Boolean);
  return run ? [read ? "read" : "pass through", write && "write"].filter(Boolean) : read ? ["see names"] : [];
}

/** Who may do what with an entry, as the parts of a sentence: owner and group stand in it as others chose them. */
export function accessOf(entry) {
  const rights = rightsOf(entry);
  if (!rights) return ["permissions not known"];
  const isDirectory = entry.type === "directory";
  const [owner, group, others] = rights.map((one) => verbsOf(one, isDirectory).join(", ").replace(/, (\w+)$/, " and $1"));
  const its = entry.owner ? theirs(entry.owner) : "its owner";
  const their = entry.group ? ["group ", theirs(entry.group)] : ["its group"];
  const may = (what, ...who) => [...who, what ? ` can ${what}` : " nothing"];
  const clauses =
    owner === group && group === others
      ? [may(owner, owner ? "everyone" : "everyone:")]
      : group !== others
        ? [...(owner === group ? [may(owner, its, " and ", ...their)] : [may(owner, its), may(group, ...their)]), may(others, "others")]
        : others
          ? [may(owner, its), may(others, "all others")]
          : [may(owner, "only ", its)];
  return [...clauses, ...specialOf(entry, isDirectory)].flatMap((clause, index) => (index ? ["; ", clause] : [clause])).flat();
}

/** What the special bits mean, and whether more is said elsewhere. */
function specialOf({ permissions = "" }, isDirectory) {
  const [, owner = "", group = "", others = "", more] = LETTERS.exec(permissions) ?? [];
  return [
    /s/i.test(owner) && !isDirectory && "it runs as its owner",
    /s/i.test(group) && (isDirectory ? "what is made here gets its group" : "it runs as its group"),
    /t/i.test(others) && isDirectory && "only owners may remove what is theirs",
    more === "+" && "an access list says more",
  ].filter(Boolean);
}
