// A red-black tree whose nodes lie in the objects that they order, by a key of 128 bits: what an
// epoll watches by (description, number), and timers by (time, address). The rules and the cases
// are those of Cormen et al., Introduction to Algorithms, chapter 13, with null for the leaves.

@unmanaged
export class Node {
  high: u64;
  low: u64;
  parent: Node | null;
  left: Node | null;
  right: Node | null;
  red: bool;
}

@unmanaged
export class Tree {
  root: Node | null;

  find(high: u64, low: u64): Node | null {
    let node = this.root;
    while (node !== null && (node.high !== high || node.low !== low)) {
      node = isBelow(high, low, node) ? node.left : node.right;
    }
    return node;
  }

  first(): Node | null {
    const root = this.root;
    return root === null ? null : leftmost(root);
  }

  insert(node: Node): void {
    let parent: Node | null = null;
    let below = this.root;
    while (below !== null) {
      parent = below;
      below = isBelow(node.high, node.low, below) ? below.left : below.right;
    }
    node.parent = parent;
    node.left = null;
    node.right = null;
    node.red = true;
    if (parent === null) this.root = node;
    else if (isBelow(node.high, node.low, parent)) parent.left = node;
    else parent.right = node;
    this.balanceInserted(node);
  }

  remove(node: Node): void {
    const left = node.left;
    const right = node.right;
    let parent: Node | null;
    let child: Node | null;
    let wasRed = node.red;
    if (left === null || right === null) {
      child = left === null ? right : left;
      parent = node.parent;
      this.replace(node, child);
    } else {
      const next = leftmost(right);
      wasRed = next.red;
      child = next.right;
      parent = next;
      if (next !== right) {
        parent = next.parent;
        this.replace(next, child);
        next.right = right;
        right.parent = next;
      }
      this.replace(node, next);
      next.left = left;
      left.parent = next;
      next.red = node.red;
    }
    if (!wasRed) this.balanceRemoved(child, parent);
  }

  /** Puts a subtree, or nothing, where another one was. */
  private replace(old: Node, by: Node | null): void {
    const parent = old.parent;
    if (parent === null) this.root = by;
    else if (parent.left === old) parent.left = by;
    else parent.right = by;
    if (by !== null) by.parent = parent;
  }

  /** The child on the other side comes up, and `node` goes down to the left, or to the right. */
  private rotate(node: Node, toLeft: bool): void {
    const up = toLeft ? node.right! : node.left!;
    const moved = toLeft ? up.left : up.right;
    this.replace(node, up);
    if (toLeft) {
      node.right = moved;
      up.left = node;
    } else {
      node.left = moved;
      up.right = node;
    }
    if (moved !== null) moved.parent = node;
    node.parent = up;
  }

  private balanceInserted(inserted: Node): void {
    let node = inserted;
    while (isRed(node.parent)) {
      const parent = node.parent!;
      const above = parent.parent!; // a red node is not the root
      const onLeft = above.left === parent;
      const uncle = onLeft ? above.right : above.left;
      if (isRed(uncle)) {
        parent.red = false;
        uncle!.red = false;
        above.red = true;
        node = above;
        continue;
      }
      if (node === (onLeft ? parent.right : parent.left)) this.rotate(parent, onLeft);
      const top = onLeft ? above.left! : above.right!;
      top.red = false;
      above.red = true;
      this.rotate(above, !onLeft);
      break;
    }
    this.root!.red = false;
  }

  /** `short`, perhaps nothing, is below `parent`, with a black node too few on the way to it. */
  private balanceRemoved(short: Node | null, parent: Node | null): void {
    let node = short;
    let above = parent;
    while (above !== null && !isRed(node)) {
      const onLeft = above.left === node;
      let sibling = onLeft ? above.right! : above.left!;
      if (sibling.red) {
        sibling.red = false;
        above.red = true;
        this.rotate(above, onLeft);
        sibling = onLeft ? above.right! : above.left!;
      }
      const near = onLeft ? sibling.left : sibling.right;
      let far = onLeft ? sibling.right : sibling.left;
      if (!isRed(near) && !isRed(far)) {
        sibling.red = true;
        node = above;
        above = above.parent;
        continue;
      }
      if (!isRed(far)) {
        near!.red = false;
        sibling.red = true;
        this.rotate(sibling, !onLeft);
        far = sibling;
        sibling = near!;
      }
      sibling.red = above.red;
      above.red = false;
      far!.red = false;
      this.rotate(above, onLeft);
      return;
    }
    if (node !== null) node.red = false;
  }
}

function leftmost(node: Node): Node {
  let first = node;
  while (first.left !== null) first = first.left!;
  return first;
}

function isRed(node: Node | null): bool {
  return node !== null && node.red;
}

function isBelow(high: u64, low: u64, node: Node): bool {
  return high < node.high || (high === node.high && low < node.low);
}
