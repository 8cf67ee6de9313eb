// The end of the guest.

import { exit } from "./host";

/** Ends the component with a status; nothing of the guest runs any more. */
export function end(status: i32): void {
  exit(status);
  unreachable();
}
