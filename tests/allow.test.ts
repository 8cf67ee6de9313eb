// One set of allow lists: docs/ABI.md, the addon and the lists that the contract programs try
// everything else against name the same sockets, options, flags, commands and messages.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** What stands in a file between two texts, which must be there. */
function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start + from.length);
  assert.ok(start >= 0 && end >= 0, `${from} … ${to}`);
  return text.slice(start + from.length, end);
}

const page = between(read("docs/ABI.md"), "\n## Allow lists\n", "\n## ");

/** A section of the page's allow lists, by its heading. */
const section = (heading: string): string => between(`${page}\n#`, `### ${heading}\n`, "\n#");

/** Every name of a kind in a text, in alphabetical order. */
const names = (text: string, pattern: RegExp): string[] => (text.match(pattern) ?? []).toSorted();

/** The cells of each row of a table of the page, its two head rows apart. */
const rows = (text: string): string[][] =>
  names(text, /^\|.*\|$/gm)
    .map((row) => row.slice(2, -2).split(" | "))
    .filter((cells) => cells.some((cell) => cell.startsWith("`")));

/** Asserts that lists which are said in other ways are one list, and not an empty one. */
function assertOne(first: string[], ...others: string[][]): void {
  assert.ok(first.length > 0);
  for (const other of others) assert.equal(other.toSorted(), first.toSorted());
}

/** How the page calls the sockets and ways of the two lists in C. */
const PAGE_WORDS: Record<string, string> = {
  ANY_INET: "IPv4, IPv6",
  BOTH: "get, set",
  EVERY: "all",
  GET: "get",
  INET: "IPv4",
  INET6: "IPv6",
  LOCAL: "Unix",
  SET: "set",
  TCP: "TCP",
  UDP: "UDP",
};

/** Entries `level, NAME, sockets, ways` of a list in C, as the page says them. */
const optionsOf = (source: string, entry: RegExp): string[] =>
  [...source.matchAll(entry)].map(({ groups }) => {
    const { level, name, sockets, ways } = groups as Record<string, string>;
    return [level, name, PAGE_WORDS[sockets!], PAGE_WORDS[ways!]].join(" | ");
  });

test("socket options: the page, the addon and the contract have one list", () => {
  const onPage = rows(section("Socket options")).flatMap(([level, sockets, ways, list]) =>
    names(list!, /\w+/g).map((name) => [level!.slice(1, -1), name, sockets, ways].join(" | ")),
  );
  const entry = String.raw`(?<level>\w+), (?<name>\w+), (?<sockets>\w+), (?<ways>BOTH|GET|SET)`;
  const inAddon = new RegExp(String.raw`^ +\{${entry}\},$`, "gm");
  const inContract = new RegExp(String.raw`^ +OPTION\(${entry}(?: \| VOLATILE)?\),$`, "gm");
  assertOne(
    onPage,
    optionsOf(read("host/native/allow.c"), inAddon),
    optionsOf(read("tests/contract/options.h"), inContract),
  );
});

test("sockets: the page and the contract have one list", () => {
  const onPage = rows(section("Sockets")).flatMap((cells) => {
    const [domains = [], types = [], protocols = []] = cells.map((cell) => names(cell, /\w+/g));
    return domains.flatMap((domain) =>
      types.flatMap((type) => protocols.map((protocol) => `${domain}, ${type}, ${protocol}`)),
    );
  });
  const list = between(read("tests/contract/every_option.c"), "int listed[][3] = {", "};");
  const tried = names(list, /(?<=\{)[^{}]+(?=\})/g);
  assertOne(
    onPage,
    tried.map((triple) => triple.replace(/AF_UNIX$/, "PF_UNIX")), // one number
  );
});

test("control messages: the page and the addon have one list", () => {
  const entry = /^ +\{(?<level>\w+), (?<type>\w+), (?<bytes>[^,]+), (?<send>true|false)\},$/gm;
  const allowed = [...read("host/native/allow.c").matchAll(entry)].map(({ groups }) => {
    const { level, type, bytes, send } = groups as Record<string, string>;
    const size = bytes === "sizeof(struct timeval)" ? "16" : bytes;
    const ways = send === "true" ? "send, receive" : "receive";
    return `\`${level}\` | \`${type}\` | ${size} bytes | ${ways}`;
  });
  assertOne(
    rows(section("Control messages")).map((cells) => cells.join(" | ")),
    allowed,
  );
});

test("message flags: the page and the addon have one list", () => {
  const FLAG = /\bMSG_\w+/g;
  const onPage = Object.fromEntries(
    rows(section("Message flags")).map(([ways = "", flags = ""]) => [ways, names(flags, FLAG)]),
  );
  const addon = read("host/native/sys_socket.c");
  assertOne(onPage["send"]!, names(between(addon, "SEND_FLAGS =", ",\n"), FLAG));
  assertOne(onPage["receive"]!, names(between(addon, "RECEIVE_FLAGS =", ",\n"), FLAG));
  const waits = between(read("host/native/sys_mmsg.c"), "WAIT_FOR_ONE =", "\n");
  assertOne(onPage["`recvmmsg`"]!, names(waits, FLAG));
});

test("fcntl commands: the page, the addon and the contract have one list", () => {
  const COMMAND = /\bF_\w+/g;
  const addon = between(read("host/native/sys_file.c"), "int32_t sys_fcntl(", "default:");
  const contract = read("tests/contract/every_request.c");
  assertOne(
    names(section("fcntl commands"), COMMAND),
    names(addon, /(?<=case )F_\w+/g),
    names(between(contract, "int listed[] = {", "};"), COMMAND),
  );
});

test("ioctl requests: the page, the addon and the contract have one list", () => {
  const onPage = new Map<string, string[]>();
  for (const [of = "", requests = ""] of rows(section("ioctl requests"))) {
    for (const request of names(requests, /\w+/g)) {
      onPage.set(request, [...(onPage.get(request) ?? []), of]);
    }
  }
  const REQUEST = /(?<=case )(?:FIO|SIOC|EPIOC)\w+/g;
  const addon = between(read("host/native/sys_misc.c"), "int32_t sys_ioctl(", "default:");
  const inAddon = addon.replaceAll(/EPIOC_([GS])ET_/g, "EPIOC$1"); // libc has no names for these
  assertOne([...onPage.keys()], names(inAddon, REQUEST));
  const contract = between(
    read("tests/contract/every_request.c"),
    "int is_listed(",
    "\n  default:",
  );
  const groups: Record<string, string> = {
    "1": "everything",
    "kinds[kind].is & (SOCKET | PIPE)": "sockets, pipes",
    "kinds[kind].is & SOCKET": "sockets",
    "kinds[kind].is & EPOLL": "epolls",
  };
  const tried = [...contract.matchAll(/(?<cases>(?: +case \w+:\n)+) +return (?<of>[^;]+);/g)];
  const entries = tried.flatMap(({ groups: found }) => {
    const { cases, of } = found as Record<"cases" | "of", string>;
    return names(cases, REQUEST).map((request) => `${request}: ${groups[of]}`);
  });
  assertOne(
    [...onPage].map(([request, of]) => `${request}: ${of.toSorted().toReversed().join(", ")}`),
    entries,
  );
});

test.run();
