// The operator's log: lines on stderr that the main thread never waits for.
//
// process.stderr is synchronous on pipes and terminals, and an asynchronous fs.write parks a
// thread that process.exit would wait for; so lines go out by a write that takes what fits now,
// and what does not is kept, up to a bound.

/** Writes what fits without waiting: bytes written, or -errno. */
export type TryWrite = (bytes: Uint8Array) => number;

/** How much may wait for a reader that does not read. */
export const LOG_BYTES_MAX = 256 * 1024;

const RETRY_MS = 20;
const FLUSH_STEP_MS = 2;

const EINTR = 4;
const EAGAIN = 11;

export class OperatorLog {
  readonly #tryWrite: TryWrite;
  readonly #bytesMax: number;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #lostLines = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(tryWrite: TryWrite, bytesMax = LOG_BYTES_MAX) {
    this.#tryWrite = tryWrite;
    this.#bytesMax = bytesMax;
  }

  /** Writes each line of the text, which must be fit for a terminal, after `tripoll: `. */
  write(text: string): void {
    for (const line of text.split("\n")) this.#enqueue(`tripoll: ${line}\n`);
    if (this.#retry === undefined) this.#drain();
  }

  /** Waits for a slow reader, but not longer than that. For the end, when nothing else runs. */
  flush(timeoutMs: number): void {
    const end = performance.now() + timeoutMs;
    const never = new Int32Array(new SharedArrayBuffer(4));
    while (!this.#drain() && performance.now() < end) Atomics.wait(never, 0, 0, FLUSH_STEP_MS);
  }

  /** Queues a whole line, or counts it as lost. */
  #enqueue(line: string): void {
    const bytes = Buffer.from(this.#lossNotice() + line);
    if (this.#queuedBytes + bytes.length > this.#bytesMax) {
      this.#lostLines += 1;
      return;
    }
    this.#lostLines = 0;
    this.#queuedBytes += bytes.length;
    this.#queue.push(bytes);
  }

  /** Goes before the next line that finds room, so that it stands where the lost ones were. */
  #lossNotice(): string {
    if (this.#lostLines === 0) return "";
    return `tripoll: ${this.#lostLines} ${this.#lostLines === 1 ? "line" : "lines"} lost\n`;
  }

  /** Writes until nothing more fits, which gives false, or nothing is left. */
  #drain(): boolean {
    for (;;) {
      if (this.#queue.length === 0 && this.#lostLines > 0) this.#enqueue("");
      const first = this.#queue[0];
      if (first === undefined) {
        clearTimeout(this.#retry);
        this.#retry = undefined;
        return true;
      }
      const written = this.#tryWrite(first);
      if (written === 0 || written === -EAGAIN || written === -EINTR) {
        this.#retryLater();
        return false;
      }
      if (written > 0) this.#remove(first, written);
      else this.#discard();
    }
  }

  #remove(first: Uint8Array, written: number): void {
    this.#queuedBytes -= written;
    if (written < first.length) this.#queue[0] = first.subarray(written);
    else this.#queue.shift();
  }

  /** Nobody reads any more; there is nobody to tell either. */
  #discard(): void {
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#lostLines = 0;
  }

  #retryLater(): void {
    if (this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#drain();
    }, RETRY_MS).unref();
  }
}
