// A TCP client for the tests of servers: what it has received, and how its connection ended.

import { connect, type Socket } from "node:net";
import { atEnd } from "../support/cleanup.ts";

export class Client {
  /** Everything received so far, unless `onData` took it. */
  received = "";
  /** How many bytes were received. */
  bytes = 0;
  /** The code of the error that ended the connection: "ECONNRESET". */
  error: string | undefined;
  /** The server has sent its FIN. */
  ended = false;
  closed = false;
  readonly socket: Socket;
  readonly #onData: ((data: Buffer) => void) | undefined;
  #waiting: (() => void)[] = [];

  constructor(port: number, onData?: (data: Buffer) => void) {
    this.#onData = onData;
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const forget = atEnd(() => this.socket.destroy());
    this.socket.on("connect", () => this.#wake());
    this.socket.on("drain", () => this.#wake());
    this.socket.on("data", (data: Buffer) => {
      this.bytes += data.length;
      if (this.#onData === undefined) this.received += data.toString("latin1");
      else this.#onData(data);
      this.#wake();
    });
    this.socket.on("end", () => {
      this.ended = true;
      this.#wake();
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
    this.socket.on("close", () => {
      this.closed = true;
      forget();
      this.#wake();
    });
  }

  send(data: string | Uint8Array): this {
    this.socket.write(data);
    return this;
  }

  /** Half-close: FIN behind what was sent. */
  end(): this {
    this.socket.end();
    return this;
  }

  /** Ends the connection with RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Waits until `isSo`; throws if the connection is over and it is not. */
  async until(isSo: (client: this) => boolean): Promise<this> {
    while (!isSo(this)) {
      if (this.closed) throw new Error(`closed (${this.error}) after "${this.received}"`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return this;
  }

  connected(): Promise<this> {
    return this.until(({ socket }) => !socket.connecting);
  }

  /** Waits until all of this was received, from the beginning. */
  receives(text: string): Promise<this> {
    return this.until(({ received }) => received.length >= text.length);
  }

  /** Waits until this many bytes were received. */
  receivesBytes(count: number): Promise<this> {
    return this.until(({ bytes }) => bytes >= count);
  }

  /** Waits until the server's FIN. */
  receivesEnd(): Promise<this> {
    return this.until(({ ended }) => ended);
  }

  /** Waits until nothing of the connection is left on this side. */
  isClosed(): Promise<this> {
    return this.until(({ closed }) => closed);
  }

  #wake(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const resolve of woken) resolve();
  }
}
