// What the arguments of `tripoll cc` ask for, and which of them clang is to get.
// Knows neither clang nor where anything is.

import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { ErrorCodes, UsageError, quote } from "./errors.ts";

/** Options whose value is the next argument. */
const WITH_VALUE = new Set(
  (
    "-o -I -D -U -L -l -x -T -u -z -e -B -F -A -target -arch -include -imacros -isystem -iquote " +
    "-idirafter -iprefix -iwithprefix -isysroot --sysroot -MF -MT -MQ -MJ -Xlinker -Xclang " +
    "-Xpreprocessor -Xassembler -mllvm --param -framework -gcc-toolchain"
  ).split(" "),
);

/** Options after which clang does not link. */
const NO_LINK =
  /^(?:-c|-S|-E|-M|-MM|-r|-fsyntax-only|-emit-ast|--precompile|--analyze|--help|-help)$/;

/** Options that are for another machine, a dynamic linker or threads, and why they are dropped. */
const DROPPED: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^-(?:l?pthread|pthreads|mt)$/, "a guest has no threads"],
  [/^-m(?:32|64|x32)$/, "a guest is wasm32"],
  [/^-m(?:arch|tune|cpu|fpu|fpmath|float-abi)=/, "a guest is wasm32"],
  [/^-m(?:sse|avx|aes|bmi|popcnt|fma|mmx|pclmul|no-red-zone|stackrealign)/, "a guest is wasm32"],
];

/** The same where nothing is lost, so that nothing has to be said. What the libraries have is in
 * the C library, which clang links by itself and behind ours. */
const MEANINGLESS = [
  /^-f(?:no-)?(?:stack-protector|cf-protection|stack-clash-protection|plt)(?:[-=].*)?$/,
  /^-(?:rdynamic|no-?pie|pie|static|static-pie|fpie|fPIE|fno-pie|fno-PIE|static-libgcc)$/,
  /^-(?:fuse-ld=.*|l(?:c|gcc|gcc_s|gcc_eh|atomic|nsl))$/,
];

/** Words of `-Wl,` that only a linker of ELF knows, with their value where that is another word. */
const ELF_WORDS = [
  /^-z,(?!stack-size)/,
  /^--?(?:rpath|rpath-link|soname|version-script|hash-style|dynamic-list|dynamic-linker|h)[,=]/,
  /^--?(?:exclude-libs|retain-symbols-file|default-symver|exclude-symbols)(?:[,=]|$)/,
  /^--?(?:no-)?(?:as-needed|undefined|copy-dt-needed-entries|export-dynamic|warn-.*)$/,
  /^--?(?:no-)?(?:allow-shlib-undefined|ld-generated-unwind-info|eh-frame-hdr|relax|keep-memory)$/,
  /^--(?:start-group|end-group|sort-common|build-id.*|enable-new-dtags|disable-new-dtags)$/,
  /^-(?:B[\w-]+|E|\(|\))$/,
];

/** Linker words whose value may be a word of its own. */
const LINKER_WITH_VALUE =
  /^(?:-z|--?(?:rpath(?:-link)?|soname|h|version-script|dynamic-(?:list|linker)|exclude-libs))$/;

/** Options that name a folder of headers, and of libraries. */
const HEADERS = /^-(?:I|isystem|idirafter|iquote|cxx-isystem)=?(?<path>.+)$/;
const LIBRARIES = /^-L=?(?<path>.+)$/;

/** Where this machine's own headers and libraries are, which are for another libc. */
const HOST_HEADERS = /^\/usr\/(?:local\/)?include(?:\/[\w-]+-linux-gnu\w*)?$/;
const HOST_LIBRARIES = /^(?:\/usr(?:\/local)?)?\/lib(?:32|64|x32|\/[\w-]+-linux-gnu\w*)?$/;

/** Options that leave out the names of functions. */
const STRIPS = /^(?:-s|-Wl,(?:.*,)?(?:-s|--strip-all)(?:,.*)?|--strip-all)$/;

/** A word of a response file: letters, with a backslash before a special one, and quoted parts. */
const RESPONSE_WORD = /(?:[^\s'"\\]|\\[^]|'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*")+/g;
const RESPONSE_QUOTES = /(\\[^])|'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)"/g;

/** What the arguments ask for. */
export interface Invocation {
  /** What clang gets of them. */
  args: string[];
  links: boolean;
  /** Whether there is anything to compile or to link; if not, clang is only asked about itself. */
  hasInput: boolean;
  /** Of wasi-libc's `include` and `lib`, where one is given. */
  sysroot: string | undefined;
  stackBytes: number | undefined;
  /** The user leaves out headers, or libraries. */
  bare: { headers: boolean; libraries: boolean };
  warnings: string[];
}

/** Whether a path is that of headers which are for this machine and not for a guest. */
export const isHostHeaders = (path: string): boolean => HOST_HEADERS.test(resolve(path));

/** What is in the folder that an option names, where it is this machine's own. */
function hostFolder(option: string): string | undefined {
  if (isHostHeaders(HEADERS.exec(option)?.groups!["path"] ?? ".")) return "headers";
  const libraries = LIBRARIES.exec(option)?.groups!["path"] ?? ".";
  return HOST_LIBRARIES.test(resolve(libraries)) ? "libraries" : undefined;
}

/** Reads what the user has written. */
export function parseArguments(argv: readonly string[]): Invocation {
  const parsed: Invocation = {
    args: [],
    links: true,
    hasInput: false,
    sysroot: undefined,
    stackBytes: undefined,
    bare: { headers: false, libraries: false },
    warnings: [],
  };
  const words = argv.flatMap((word) => expand(word));
  for (let at = 0; at < words.length; at++) {
    const option = words[at]!;
    const value = WITH_VALUE.has(option) ? words[++at] : undefined;
    takeOption(parsed, option, value);
  }
  parsed.links &&= parsed.hasInput;
  if (parsed.links && words.includes("-shared")) {
    const message = "cc makes no shared library: a guest is one module, so link it statically";
    throw new UsageError(ErrorCodes.optionValue, message);
  }
  const strips = parsed.links ? words.find((word) => STRIPS.test(word)) : undefined;
  if (strips !== undefined) {
    parsed.warnings.push(
      `cc: ${strips} leaves out the names of functions, which a trap is told by`,
    );
  }
  return parsed;
}

/** The words of a response file, `@FILE`; what names no file stays as it is. */
function expand(word: string, inside: readonly string[] = []): string[] {
  const path = word.slice(1);
  if (!word.startsWith("@") || !isFile(path)) return [word];
  if (inside.includes(path)) {
    throw new UsageError(ErrorCodes.optionValue, `cc: ${quote(word)} names itself`);
  }
  const words = readFileSync(path, "utf8").match(RESPONSE_WORD) ?? [];
  return words.flatMap((part) => expand(unquote(part), [...inside, path]));
}

/** What cannot be a path is none. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Without the quotes, and each letter behind a backslash as it is. */
const unquote = (word: string): string =>
  word.replaceAll(RESPONSE_QUOTES, (_, letter?: string, one?: string, two?: string) =>
    (letter ?? one ?? two ?? "").replaceAll(/\\([^])/g, "$1"),
  );

/** What is left of a `-Wl,` when the words are gone that only a linker of ELF knows. */
function forWasmLinker(option: string): string {
  const words = option.split(",").slice(1);
  const kept: string[] = [];
  while (words.length > 0) {
    const word = words.shift()!;
    const whole = LINKER_WITH_VALUE.test(word) ? `${word},${words.shift() ?? ""}` : word;
    if (!ELF_WORDS.some((pattern) => pattern.test(whole))) kept.push(whole);
  }
  return ["-Wl", ...kept].join(",");
}

/** Takes one option, with its value where that is an argument of its own. */
function takeOption(parsed: Invocation, given: string, value: string | undefined): void {
  const option = given.startsWith("-Wl,") ? forWasmLinker(given) : given;
  if (option === "-Wl") return;
  const whole = value === undefined ? option : `${option}${value}`;
  const words = value === undefined ? [option] : [option, value];
  const folder = hostFolder(whole);
  if (folder !== undefined) {
    parsed.warnings.push(`cc: ${words.join(" ")} is left out: those ${folder} are this machine's`);
    return;
  }
  const reason = DROPPED.find(([pattern]) => pattern.test(whole))?.[1];
  if (reason !== undefined) {
    parsed.warnings.push(`cc: ${words.join(" ")} is left out: ${reason}`);
    return;
  }
  if (MEANINGLESS.some((pattern) => pattern.test(whole))) return;
  const target = /^(?:-target|--target=)(?<name>.+)$/.exec(whole)?.groups!["name"];
  if (target !== undefined) {
    if (target.startsWith("wasm32")) return;
    throw new UsageError(
      ErrorCodes.optionValue,
      `cc makes guests, which are wasm32; leave out ${quote(words.join(" "))}`,
    );
  }
  const sysroot = /^--sysroot=?(?<path>.+)$/.exec(whole)?.groups!["path"];
  if (sysroot !== undefined) {
    parsed.sysroot = sysroot;
    return;
  }
  if (option.startsWith("-fsanitize=")) {
    parsed.args.push("-fsanitize-trap=all");
    parsed.warnings.push(`cc: ${option} ends a guest by a trap: there is no runtime to say more`);
  }
  const stack = /(?:^|,)-z,?stack-size=(?<bytes>\w+)/.exec(whole);
  if (stack !== null) parsed.stackBytes = Number(stack.groups!["bytes"]);
  if (/^-(?:nostdinc|nostdlibinc)$/.test(option)) parsed.bare.headers = true;
  if (/^-(?:nostdlib|nodefaultlibs|nostartfiles)$/.test(option)) parsed.bare.libraries = true;
  if (NO_LINK.test(option)) parsed.links = false;
  if (option === "-" || !option.startsWith("-")) parsed.hasInput = true;
  parsed.args.push(...words);
}
