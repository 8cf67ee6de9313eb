// Epolls that watch epolls: how deep they may be nested, and by how many paths one may be reached.

import { Description, Epoll, KIND_EPOLL, Watch } from "./description";
import { scratch } from "./scratch";
import { Node } from "./tree";

/** EP_MAX_NESTS: how many epolls may watch each other in a row. */
const NESTS_MAX: i32 = 4;

/** Whether `epoll` would come to watch itself through `other`, or too many be nested. */
export function loops(epoll: Epoll, other: Epoll): bool {
  const below = depthBelow(other.watches.root, epoll, 0);
  return below > NESTS_MAX || below + 1 + depthAbove(epoll, 0) > NESTS_MAX;
}

/** How many epolls are nested below the watches of a subtree; too many where one is `epoll`. */
function depthBelow(node: Node | null, epoll: Epoll, depth: i32): i32 {
  if (node === null) return 0;
  const description = changetype<Watch>(node).description;
  let deepest = max(depthBelow(node.left, epoll, depth), depthBelow(node.right, epoll, depth));
  if (description.kind === KIND_EPOLL) {
    if (description === epoll || depth > NESTS_MAX) return NESTS_MAX + 1;
    const watched = changetype<Epoll>(description).watches.root;
    deepest = max(deepest, depthBelow(watched, epoll, depth + 1) + 1);
  }
  return deepest;
}

/** How many epolls are nested above one. */
function depthAbove(epoll: Epoll, depth: i32): i32 {
  if (depth > NESTS_MAX) return depth;
  let deepest = 0;
  let watch = epoll.watchers;
  while (watch !== null) {
    deepest = max(deepest, depthAbove(watch.epoll, depth + 1) + 1);
    watch = watch.nextWatcher;
  }
  return deepest;
}

/** Whether everything below a description, or itself, is reached by few enough paths. */
export function pathsFit(description: Description): bool {
  if (description.kind === KIND_EPOLL) return allFit(changetype<Epoll>(description).watches.root);
  memory.fill(scratch(), 0, (NESTS_MAX + 1) << 2);
  return countPaths(description, 0);
}

function allFit(node: Node | null): bool {
  if (node === null) return true;
  return allFit(node.left) && allFit(node.right) && pathsFit(changetype<Watch>(node).description);
}

/** Counts the paths upwards by their length; false where those of one length are too many. */
function countPaths(description: Description, length: i32): bool {
  if (length > NESTS_MAX) return false;
  let watch = description.watchers;
  while (watch !== null) {
    const epoll = watch.epoll;
    if (epoll.watchers !== null) {
      if (!countPaths(epoll, length + 1)) return false;
    } else if (length > 0) {
      const count = scratch() + ((<usize>length) << 2);
      store<i32>(count, load<i32>(count) + 1);
      if (load<i32>(count) > pathsMax(length)) return false;
    }
    watch = watch.nextWatcher;
  }
  return true;
}

/** path_limits */
function pathsMax(length: i32): i32 {
  switch (length) {
    case 1:
      return 500;
    case 2:
      return 100;
    case 3:
      return 50;
    default:
      return 10;
  }
}
