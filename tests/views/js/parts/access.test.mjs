import assert from "node:assert/strict";
import { test } from "node:test";

import { accessOf, rightsOf, verbsOf } from "../../../../alcf_mcp/views/kit/access.mjs";

const said = (permissions, type = "file") => accessOf({ permissions, type }).join("");

test("rights are those of the letters, or of the mode", () => {
  assert.deepEqual(rightsOf({ permissions: "rw-r-----" }), ["rw", "r", ""]);
  assert.deepEqual(rightsOf({ permissions: "drwxr-sr-t" }), ["rwx", "rx", "rx"]);
  assert.deepEqual(rightsOf({ permissions: "rwSr--r-T" }), ["rw", "r", "r"]);
  assert.deepEqual(rightsOf({ mode: "751" }), ["rwx", "rx", "x"]);
});

test("what is odd is not known", () => {
  for (const odd of [{}, { permissions: "" }, { permissions: "?????????" }, { mode: "9" }, { permissions: "rwx" }]) {
    assert.equal(rightsOf(odd), null);
    assert.deepEqual(accessOf(odd), ["permissions not known"]);
  }
});

test("a directory is read and written, and passed through", () => {
  const told = ["rwx", "rx", "x", "r", "wx", "w", ""].map((rights) => verbsOf(rights, true).join(" "));
  assert.deepEqual(told, ["read write", "read", "pass through", "see names", "pass through write", "", ""]);
});

test("access is told as shortly as it can be", () => {
  assert.equal(said("rw-r--r--"), "its owner can read and write; all others can read");
  assert.equal(said("rw-r-----"), "its owner can read and write; its group can read; others nothing");
  assert.equal(said("rw-rw-r--"), "its owner and its group can read and write; others can read");
  assert.equal(said("rw-------"), "only its owner can read and write");
  assert.equal(said("rwxrwxrwx"), "everyone can read, write and run");
  assert.equal(said("---------"), "everyone: nothing");
  assert.equal(said("---r--r--"), "its owner nothing; all others can read");
  assert.equal(said("rw----r--"), "its owner can read and write; its group nothing; others can read");
});

test("special bits are told", () => {
  assert.equal(said("rwxrws---", "directory"), "its owner and its group can read and write; others nothing; what is made here gets its group");
  assert.equal(said("rwxrwxrwt", "directory"), "everyone can read and write; only owners may remove what is theirs");
  assert.match(said("rwsr-xr-x"), /; it runs as its owner$/);
  assert.match(said("rwxr-xr-x+"), /; an access list says more$/);
});
