// Links between the project's pages: each has to lead to a file, and to a heading in it.
// Must not know where files are: it is told how to read one.

import { posix } from "node:path";

/** The text of a file relative to the project's root, "" for a folder; undefined: not there. */
export type ReadFile = (path: string) => string | undefined;

/** The links of a page that lead nowhere; those to other sites are not followed. */
export function brokenLinks(path: string, text: string, read: ReadFile): string[] {
  const links = text.matchAll(/\]\((?<target>[^)\s]+)\)/g);
  const targets = [...links].map(({ groups }) => groups!["target"]!);
  return targets.filter((target) => !/^\w+:/.test(target) && !leads(path, text, target, read));
}

function leads(path: string, text: string, target: string, read: ReadFile): boolean {
  const [file = "", anchor] = target.split("#");
  const page = file === "" ? text : read(posix.join(posix.dirname(path), file));
  if (page === undefined) return false;
  return anchor === undefined || anchorsOf(page).includes(anchor);
}

/** How GitHub names headings: lower case, without punctuation, hyphens for spaces. */
function anchorsOf(page: string): string[] {
  const headings = page.match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) => {
    const title = heading.replace(/^#+ /, "").toLowerCase();
    return title.replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-");
  });
}
