// Third-party programs as Debian has their source: fetched by apt, built natively and as guests,
// and kept in the user's cache. Their own build files are used, and not a line of theirs changed.
//
// apt reads lists of its own here, which are the machine's with "deb-src" in the place of "deb":
// nothing of the machine's settings is touched, and nobody has to be root. What apt fetches it
// checks by the archive's signature.

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../support/guest.ts";
import { has } from "../support/tools.ts";
import { mustRun, runToEnd, TRIPOLL_CC } from "./programs.ts";

export type Side = "native" | "guest";

export interface Recipe {
  /** Debian's name of the source package. */
  name: string;
  /** Options of its configure script, the same for both sides. */
  configure: readonly string[];
}

/** Both sides of a package, unpacked and built. */
export type Built = Record<Side, string> & { version: string };

/** Something that a user may do without: the network, apt. */
export class Unavailable extends Error {}

const APT = "/etc/apt";
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "tripoll/reactors");
const ORIGINAL = /^(?<name>[^_]+)_(?<version>[^_]+)\.orig\.tar\.\w+$/;

/** What goes to apt's files: the machine's own sources, of source packages. */
function writeSourceLists(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const parts = join(APT, "sources.list.d");
  const files = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  for (const [i, path] of [join(APT, "sources.list"), ...files].entries()) {
    if (!existsSync(path)) continue;
    const text = readFileSync(path, "utf8");
    if (path.endsWith(".list")) {
      writeFileSync(join(folder, `${i}.list`), text.replaceAll(/^deb(?=\s)/gm, "deb-src"));
    } else if (path.endsWith(".sources")) {
      const sources = text.replaceAll(/^Types:.*$/gim, "Types: deb-src");
      writeFileSync(join(folder, `${i}.sources`), sources);
    }
  }
}

/** Has apt fetch the packages' original sources, without Debian's changes, into `folder`. */
async function download(names: readonly string[], folder: string): Promise<void> {
  if (!has("apt-get")) throw new Unavailable("there is no apt-get to fetch sources with");
  const scratch = mkdtempSync(join(tmpdir(), "tripoll-apt-"));
  try {
    writeSourceLists(join(scratch, "sources"));
    for (const name of ["lists/partial", "cache/archives/partial"]) {
      mkdirSync(join(scratch, name), { recursive: true });
    }
    const settings = [
      "Dir::Etc::SourceList=/dev/null",
      `Dir::Etc::SourceParts=${join(scratch, "sources")}`,
      `Dir::State::Lists=${join(scratch, "lists")}`,
      `Dir::Cache=${join(scratch, "cache")}`,
      "APT::Sandbox::User=",
    ].flatMap((setting) => ["-o", setting]);
    const apt = (...words: string[]) =>
      runToEnd({ command: "apt-get", args: ["-q", ...settings, ...words], cwd: folder });
    await apt("update"); // also fails for sources that have no source packages
    const got = await apt("source", "--download-only", "--tar-only", ...names);
    const missing = names.filter((name) => findOriginal(folder, name) === undefined);
    if (missing.length > 0) {
      throw new Unavailable(
        `apt-get source has no ${missing.join(", ")}: ${got.stderr.trim().split("\n").at(-1)}`,
      );
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Original {
  path: string;
  version: string;
}

function findOriginal(folder: string, name: string): Original | undefined {
  for (const file of readdirSync(folder).toSorted().toReversed()) {
    const { groups } = ORIGINAL.exec(file) ?? {};
    if (groups?.["name"] === name) {
      return { path: join(folder, file), version: groups["version"]! };
    }
  }
  return undefined;
}

/** The packages' sources, from the cache or from Debian's archive. */
export async function fetchSources(names: readonly string[]): Promise<Map<string, Original>> {
  const folder = join(CACHE, "sources");
  mkdirSync(folder, { recursive: true });
  const missing = names.filter((name) => findOriginal(folder, name) === undefined);
  if (missing.length > 0) await download(missing, folder);
  return new Map(names.map((name) => [name, findOriginal(folder, name)!]));
}

const NATIVE_CC = process.env["CC"] ?? "cc";

/** What the build options of a side are, and a name for all that its result depends on. */
async function sideOf(side: Side): Promise<{ options: string[]; key: string }> {
  const compiler = side === "native" ? NATIVE_CC : (process.env["TRIPOLL_CLANG"] ?? "clang");
  const hash = createHash("sha256").update(
    await mustRun({ command: compiler, args: ["--version"] }),
  );
  if (side === "native") return { options: [`CC=${NATIVE_CC}`], key: hash.digest("hex") };
  const include = join(ROOT, "include");
  const headers = readdirSync(include, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => join(include, name));
  const ours = [join(ROOT, "host/cc.ts"), join(ROOT, "host/library.ts"), ...headers];
  for (const path of ours.toSorted()) {
    hash.update(path.slice(ROOT.length)).update(readFileSync(path));
  }
  const options = [
    "--host=wasm32-unknown-linux",
    `CC=${TRIPOLL_CC}`,
    "AR=llvm-ar",
    "RANLIB=llvm-ranlib",
  ];
  return { options, key: hash.digest("hex") };
}

/** Unpacks, configures and makes one side; the folder, which an earlier run may have made. */
async function buildSide(recipe: Recipe, original: Original, side: Side): Promise<string> {
  const { options, key } = await sideOf(side);
  const id = createHash("sha256")
    .update([key, ...recipe.configure].join("\0"))
    .update(readFileSync(original.path))
    .digest("hex");
  const prefix = `${recipe.name}-${side}-`;
  const folder = join(CACHE, `${prefix}${id.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const building = mkdtempSync(join(CACHE, `building-${prefix}`));
  try {
    const args = ["-xf", original.path, "--strip-components=1", "--no-same-owner"];
    await mustRun({ command: "tar", args, cwd: building });
    const configure = [...options, "--disable-shared", ...recipe.configure];
    await mustRun({ command: "./configure", args: configure, cwd: building });
    await mustRun({ command: "make", args: ["-j2"], cwd: building });
    for (const name of readdirSync(CACHE)) {
      if (name.startsWith(prefix)) rmSync(join(CACHE, name), { recursive: true });
    }
    renameSync(building, folder);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return folder;
}

/** Builds both sides of all packages, natively and as guests at the same time. */
export async function buildAll(
  recipes: readonly Recipe[],
  originals: ReadonlyMap<string, Original>,
): Promise<Map<string, Built>> {
  const built = new Map(
    recipes.map(({ name }) => [name, { version: originals.get(name)!.version } as Built]),
  );
  async function buildEach(side: Side): Promise<void> {
    for (const recipe of recipes) {
      const { name } = recipe;
      built.get(name)![side] = await buildSide(recipe, originals.get(name)!, side);
    }
  }
  await Promise.all([buildEach("native"), buildEach("guest")]);
  return built;
}
