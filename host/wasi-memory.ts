// A guest's memory as WASI's calls write to it: each range is checked before anything is done.

/** A range of the guest's memory; offsets are from its beginning, and inside by construction. */
export class Output {
  readonly address: number;
  readonly #bytes: number;
  readonly #buffer: () => ArrayBuffer | undefined;

  constructor(buffer: () => ArrayBuffer | undefined, address: number, bytes: number) {
    this.#buffer = buffer;
    this.address = address;
    this.#bytes = bytes;
  }

  /** Made anew each time: memory that has grown has another buffer. It never shrinks. */
  #view(): DataView {
    return new DataView(this.#buffer()!, this.address, this.#bytes);
  }

  /** All of it but so many bytes at its beginning. */
  from(offset: number): Output {
    return new Output(this.#buffer, this.address + offset, this.#bytes - offset);
  }

  u8(offset: number, value: number): void {
    this.#view().setUint8(offset, value);
  }

  u16(offset: number, value: number): void {
    this.#view().setUint16(offset, value, true);
  }

  u32(offset: number, value: number): void {
    this.#view().setUint32(offset, value, true);
  }

  u64(offset: number, value: bigint): void {
    this.#view().setBigUint64(offset, value, true);
  }

  getU8(offset: number): number {
    return this.#view().getUint8(offset);
  }

  getU16(offset: number): number {
    return this.#view().getUint16(offset, true);
  }

  getU32(offset: number): number {
    return this.#view().getUint32(offset, true);
  }

  getU64(offset: number): bigint {
    return this.#view().getBigUint64(offset, true);
  }

  bytes(source: Uint8Array): void {
    new Uint8Array(this.#buffer()!, this.address, this.#bytes).set(source);
  }

  clear(): void {
    new Uint8Array(this.#buffer()!, this.address, this.#bytes).fill(0);
  }
}

export class WasiMemory {
  readonly #buffer: () => ArrayBuffer | undefined;

  constructor(buffer: () => ArrayBuffer | undefined) {
    this.#buffer = buffer;
  }

  /** A range of so many bytes, or undefined where it is not inside of memory. */
  output(address: number, bytes: number): Output | undefined {
    const size = this.#buffer()?.byteLength ?? -1;
    return address + bytes > size ? undefined : new Output(this.#buffer, address, bytes);
  }
}
