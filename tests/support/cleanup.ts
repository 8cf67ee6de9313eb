// Things a test file must not leave behind: processes, folders, servers.
// Must not know what they are: whoever makes one registers the function that ends it.

const pending = new Set<() => unknown>();

/** Registers `end`, to be called once at the latest when the file is over; returns a canceller. */
export function atEnd(end: () => unknown): () => void {
  pending.add(end);
  return () => pending.delete(end);
}

/** Ends everything still registered, newest first, whether the tests passed or threw. */
export async function cleanUp(): Promise<void> {
  const ends = [...pending].toReversed();
  pending.clear();
  for (const end of ends) await end();
}

// A file run by hand, without the runner, still ends what can be ended synchronously.
process.on("exit", () => {
  for (const end of pending) end();
});
