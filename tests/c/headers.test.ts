// Every constant and struct of include/ against this machine's own headers: one generated program,
// compiled natively and as a guest, and each difference listed with its reason.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cc, compileGuest, compileNative, needToolchain, newFolder, run } from "../support/cc.ts";
import { ROOT, runGuest } from "../support/guest.ts";

needToolchain();

const INCLUDE = join(ROOT, "include");

const POINTERS = "pointers, long and size_t have 4 bytes";

/** What differs from glibc on x86-64 by design; of a struct all that is in it. */
const DIFFERENT: Record<string, string> = {
  MAP_FAILED: POINTERS,
  MINSIGSTKSZ: "glibc asks the kernel",
  NFDBITS: "long has 32 bits",
  PTHREAD_CANCELED: POINTERS,
  PR_SET_PTRACER_ANY: "long has 32 bits",
  RTLD_NEXT: POINTERS,
  SIG_ERR: POINTERS,
  SIG_HOLD: "1 may be a function's index",
  SIG_IGN: "1 may be a function's index",
  "struct addrinfo": POINTERS,
  "struct cmsghdr": POINTERS,
  "struct epoll_event": "the natural layout, which the kernel has everywhere but on x86-64",
  "struct group": POINTERS,
  "struct hostent": POINTERS,
  "struct if_nameindex": POINTERS,
  "struct mmsghdr": POINTERS,
  "struct msghdr": POINTERS,
  "struct passwd": POINTERS,
  "struct protoent": POINTERS,
  "struct servent": POINTERS,
  "struct sigaction": "a set of signals has the kernel's 8 bytes, not glibc's 128",
  "struct sysinfo": "long has 32 bits",
};

const headers = readdirSync(INCLUDE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".h") && !name.startsWith("__") && !name.startsWith("library/"))
  .toSorted();

const texts = headers.map((name) => readFileSync(join(INCLUDE, name), "utf8"));

/** Names of constants: not functions, not names of members, not what holds a brace. */
const constants = [
  ...new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/^#define (?<name>[A-Z][A-Z0-9_a-z]*) /gm)].map(
        ({ groups }) => groups!["name"]!,
      ),
    ),
  ),
].filter((name) => !/^_|_INIT(?:IALIZER(?:_NP)?)?$/.test(name));

interface Struct {
  name: string;
  fields: string[];
}

const structs: Struct[] = texts.flatMap((text) =>
  [...text.matchAll(/^struct (?<name>[a-z]\w*) \{\n(?<body>(?:.*\n)*?)\};$/gm)].map(
    ({ groups }) => ({
      name: groups!["name"]!,
      fields: groups!["body"]!.split("\n").flatMap((line) => {
        const field = /^ {2}[\w ]+[ *](?<field>[a-z]\w*)(?:\[\w+\])?;/.exec(line);
        return field === null ? [] : [field.groups!["field"]!];
      }),
    }),
  ),
);

const program = [
  "#define _GNU_SOURCE",
  "#include <stddef.h>",
  "#include <stdint.h>",
  "#include <stdio.h>",
  "#ifndef __tripoll__",
  "#include <linux/sockios.h>",
  "#endif",
  ...headers.map((name) => `#include <${name}>`),
  ...constants.map(
    (name) => `static void c_${name}(void) {
#ifdef ${name}
    printf("${name} %lld\\n", (long long)(${name}));
#endif
}`,
  ),
  "int main(void) {",
  ...constants.map((name) => `c_${name}();`),
  ...structs.flatMap(({ name, fields }) => [
    `printf("struct ${name} %zu\\n", sizeof(struct ${name}));`,
    ...fields.map(
      (field) => `printf("struct ${name}.${field} %zu\\n", offsetof(struct ${name}, ${field}));`,
    ),
  ]),
  "}",
].join("\n");

const parse = (output: string): Map<string, string> =>
  new Map(
    output
      .trim()
      .split("\n")
      .map((line) => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space), line.slice(space + 1)];
      }),
  );

const native = parse(run(compileNative(program, ["-w"]), []).stdout);
const { stdout, stderr, code } = await runGuest({ module: compileGuest(program, ["-w"]) });
const guest = parse(stdout);

test("the guest's program says all", () => {
  assert.is(code, 0, stderr);
  assert.ok(guest.size > 900, String(guest.size));
});

test("every value is Linux's, but for the listed ones", () => {
  const different = [...guest].filter(([name, value]) => (native.get(name) ?? value) !== value);
  const names = new Set(different.map(([name]) => name.replace(/\..*/, "")));
  assert.equal([...names].toSorted(), Object.keys(DIFFERENT).toSorted());
});

test("every name is Linux's", () => {
  const ours = [...guest.keys()].filter((name) => !native.has(name));
  assert.equal(ours, []);
});

test("each header can be included by itself, in every version of C, and twice", () => {
  const cwd = newFolder();
  const files = headers.map((name, i) => {
    writeFileSync(join(cwd, `${i}.c`), `#include <${name}>\n#include <${name}>\nint x;\n`);
    return `${i}.c`;
  });
  for (const standard of ["-std=c89", "-std=c99", "-std=c11", "-std=gnu17"]) {
    const options = [standard, "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"];
    assert.equal(cc([...options, ...files], { cwd }), { code: 0, stdout: "", stderr: "" });
  }
});

test.run();
