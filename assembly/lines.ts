// Lines: a stream that hands out its input line by line.

import { Bytes } from "./bytes";
import { Stream } from "./stream";

const LF: i32 = 0x0a;
const CR: i32 = 0x0d;
const LINE: Bytes = new Bytes();

/**
 * A connection of lines, each ended by LF or CR LF. Of a line that the peer does not end, nothing
 * is handed out: half a command may be another command. 64 KiB without LF end the stream with
 * -EMSGSIZE.
 */
export abstract class Lines extends Stream {
  private _scanned: i32 = 0; // bytes of the unused input that have no LF

  /** A line has come; `line` is without its end, and valid until onLine returns. */
  abstract onLine(line: Bytes): void;

  override onData(data: Bytes): i32 {
    let used = 0;
    let scanned = this._scanned;
    while (this.ready) {
      const end = data.indexOf(LF, scanned);
      if (end < 0) {
        this._scanned = data.length - used;
        return used;
      }
      LINE.part(data, used, end > used && data[end - 1] === CR ? end - 1 : end);
      used = end + 1;
      scanned = used;
      this.onLine(LINE);
    }
    this._scanned = 0;
    return used;
  }

  override _begin(fd: i32, connecting: bool): i32 {
    this._scanned = 0;
    return super._begin(fd, connecting);
  }
}
