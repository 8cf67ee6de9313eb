// Hands each connection on to another server: sdk-proxy.wasm [HOST:]PORT [HOST:]PORT

import { arg, Bytes, connect, errorName, listen, print, run, Stream } from "../../assembly/index";

/** One side; what it receives goes to the other one. */
abstract class Side extends Stream {
  other: Side | null = null;

  override onData(data: Bytes): i32 {
    const other = this.other;
    if (other === null) return data.length;
    const wrote = other.write(data);
    if (wrote < data.length) this.pause();
    return wrote;
  }

  override onDrain(): void {
    const other = this.other;
    if (other !== null) other.resume();
  }

  override onEnd(): void {
    const other = this.other;
    if (other === null) this.end();
    else other.end();
  }

  override onClose(error: i32): void {
    const other = this.other;
    if (other !== null) {
      other.other = null;
      if (error === 0) other.close();
      else other.destroy(error);
    }
    this.other = null;
    if (error !== 0) print(this.name + " closed " + errorName(error));
  }

  abstract get name(): string;
}

class Outside extends Side {
  override onOpen(): void {
    const inside = connect<Inside>(arg(2));
    inside.other = this;
    this.other = inside;
  }

  get name(): string {
    return "outside";
  }
}

class Inside extends Side {
  get name(): string {
    return "inside";
  }
}

listen<Outside>(arg(1));
run();
