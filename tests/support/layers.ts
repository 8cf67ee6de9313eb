// The layers of the house, top to bottom: which file of host/ and assembly/ may import which.
//
// A file may import from the layers below its own. What stands in no layer is vocabulary (errors,
// constants, layouts, pure parsers): all may import it, and it imports nothing but vocabulary. So
// a new file is either vocabulary, or somebody has to say here where in the house it stands.

import { posix } from "node:path";

interface House {
  /** Rooms, top layer first. A room is a file without its ending, or a folder with all in it. */
  layers: string[][];
  /** Rooms that nobody else imports, and that import nothing but vocabulary and themselves. */
  apart: string[];
}

const HOUSES: Record<string, House> = {
  host: {
    layers: [
      ["cli"],
      ["cc"],
      ["library"],
      ["command"],
      ["index"],
      ["supervisor"],
      ["guest"],
      ["wasi"],
      ["wasi-poll"],
      ["imports", "guest-data"],
      ["policy", "binding"],
    ],
    apart: ["build"],
  },
  assembly: {
    layers: [
      ["servers"],
      ["index"],
      ["lines", "listener", "connect", "datagram"],
      ["stream"],
      ["buffered"],
      ["loop"],
      ["epoll", "timer", "process", "tcp"],
      ["linux"],
    ],
    apart: ["kernel", "abort"],
  },
};

const IMPORTED = /\b(?:from|import\(?) *"(?<module>[^"]+)"|\bnew URL\("(?<worker>[^"]+\.js)"/g;

/** The imports in `text`, the source of `path` (from the project's root), that point upwards. */
export function upwardImports(path: string, text: string): string[] {
  const [name = "", ...inside] = path.split("/");
  const house = HOUSES[name];
  if (house === undefined) return [];
  const problems: string[] = [];
  const from = inside.join("/");
  for (const { groups } of text.matchAll(IMPORTED)) {
    const target = groups!["module"] ?? groups!["worker"]!;
    if (!target.startsWith(".")) continue;
    const to = posix.relative(name, posix.join(posix.dirname(path), target));
    if (to.startsWith("..")) problems.push(`${name}/ imports ${target}, from outside of it`);
    else if (!isDownward(house, roomOf(from), roomOf(to)))
      problems.push(`may not import ${target}`);
  }
  return problems;
}

const roomOf = (path: string): string => path.replace(/(?:\.\w+)?(?:\/.*)?$/, "");

function isDownward({ layers, apart }: House, from: string, to: string): boolean {
  if (from === to) return true;
  if (apart.includes(to)) return false;
  const layerOf = (room: string) => layers.findIndex((rooms) => rooms.includes(room));
  if (layerOf(to) < 0) return true;
  return layerOf(from) >= 0 && layerOf(from) < layerOf(to);
}
