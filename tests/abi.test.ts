// One ABI: the host's list, the addon's, the AssemblyScript and C declarations and
// docs/ABI.md name the same calls with the same parameters. The allow lists are in allow.test.ts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ABI } from "../host/abi.ts";
import { abiNames } from "../host/binding.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const hostCalls: Record<string, readonly string[]> = ABI;

interface Call {
  name: string;
  /** Names of the parameters. */
  parameters: string[];
  /** Which of them are pointers. */
  pointers: string[];
}

const page = read("docs/ABI.md");

/** The rows `| \`name(parameters)\` | … |` of the page. */
function pageCalls(): Call[] {
  const rows = page.matchAll(/^\| `(?<name>\w+)\((?<list>[^)]*)\)` \|/gm);
  return [...rows].map(({ groups }) => {
    const { name, list } = groups as Record<"name" | "list", string>;
    const marked = list === "" ? [] : list.split(", ");
    const bare = (parameter: string) => parameter.replace(/\*\??$/, "");
    const pointers = marked.filter((parameter) => bare(parameter) !== parameter).map(bare);
    return { name, parameters: marked.map(bare), pointers };
  });
}

/** The declarations of assembly/linux.ts, which are also checked to be of i32 throughout. */
function assemblyCalls(): Call[] {
  const declarations = read("assembly/linux.ts").matchAll(
    /^export declare function (?<name>\w+)\((?<list>[^)]*)\): (?<result>\w+);$/gm,
  );
  return [...declarations].map(({ groups }) => {
    const { name, list, result } = groups as Record<"name" | "list" | "result", string>;
    assert.is(result, "i32", name);
    const parameters = list.split(",").flatMap((parameter) => {
      const [parameterName = "", type = ""] = parameter.split(":").map((word) => word.trim());
      if (parameterName === "") return [];
      assert.ok(["i32", "u32", "usize"].includes(type), `${name}: ${parameterName} is a ${type}`);
      return [{ name: parameterName, isPointer: type === "usize" }];
    });
    const pointers = parameters.filter(({ isPointer }) => isPointer);
    const nameOf = ({ name: parameter }: { name: string }) => parameter;
    return { name, parameters: parameters.map(nameOf), pointers: pointers.map(nameOf) };
  });
}

/** The declarations of include/library/linux.h; what is no pointer is an int or a size. */
function libraryCalls(): Call[] {
  const text = read("include/library/linux.h").replaceAll(/\s+/g, " ");
  const declarations = text.matchAll(/IMPORT\((?<name>\w+), \((?<list>[^)]*)\)\)/g);
  return [...declarations].map(({ groups }) => {
    const { name, list } = groups as Record<"name" | "list", string>;
    const found = list === "void" ? [] : list.split(", ");
    const parameters = found.map((parameter) => {
      const { type, word } = /^(?<type>int|size_t|(?:const )?void \*)\s*(?<word>\w+)$/.exec(
        parameter,
      )!.groups as Record<"type" | "word", string>;
      return { name: word, isPointer: type.endsWith("*") };
    });
    const pointers = parameters.filter(({ isPointer }) => isPointer);
    const nameOf = ({ name: parameter }: { name: string }) => parameter;
    return { name, parameters: parameters.map(nameOf), pointers: pointers.map(nameOf) };
  });
}

const byName = (calls: Call[]): Record<string, string[]> =>
  Object.fromEntries(calls.map(({ name, parameters }) => [name, parameters]));

test("docs/ABI.md: lists the host's calls, once each, with the same parameters", () => {
  const calls = pageCalls();
  assert.equal(byName(calls), { ...hostCalls });
  assert.is(calls.length, Object.keys(hostCalls).length);
});

test("addon: implements the host's calls, with as many arguments", () => {
  const counts = Object.entries(hostCalls).map(([name, parameters]) => [name, parameters.length]);
  assert.equal({ ...abiNames }, Object.fromEntries(counts));
});

test("assembly/linux.ts: declares the host's calls with the same parameters", () => {
  assert.equal(byName(assemblyCalls()), { ...hostCalls });
});

test("include/library/linux.h: declares the host's calls with the same parameters", () => {
  assert.equal(byName(libraryCalls()), { ...hostCalls });
});

test("assembly/linux.ts, include/library/linux.h: have a pointer where the page has one", () => {
  const pointersOf = (calls: Call[]) => calls.map(({ name, pointers }) => [name, pointers]);
  assert.equal(
    Object.fromEntries(pointersOf(assemblyCalls())),
    Object.fromEntries(pointersOf(pageCalls())),
  );
  assert.equal(
    Object.fromEntries(pointersOf(libraryCalls())),
    Object.fromEntries(pointersOf(pageCalls())),
  );
});

test.run();
