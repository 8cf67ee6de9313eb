// Why a case of libevent's own tests that passes natively does not pass as a guest. The list is
// exact: a case on it that passes is a failure, as is one that fails and is not on it.

export interface Reason {
  cases: RegExp;
  /** As docs/C.md has it. */
  why: string;
}

export const REASONS: readonly Reason[] = [
  {
    cases: /^evbuffer\/(?:add_(?:big_)?file_\w+|file_segment_add_cleanup_cb|freeze_start)$/,
    why: "wants a temporary file",
  },
  {
    cases: /^dns\/initialize_nameservers$/,
    why: "wants `/etc/resolv.conf`",
  },
  {
    cases: /^(?:thread\/(?:basic|forking|no_events|conditions_simple)|main\/del_wait)$/,
    why: "wants a second thread",
  },
  {
    cases: /^(?:main\/fork|util\/log)$/,
    why: "wants `fork`",
  },
  {
    cases: /^dns\/bufferevent_connect_hostname_emfile$/,
    why: "wants the look-up of `localhost` to need a descriptor",
  },
];

export const reasonOf = (name: string): Reason | undefined =>
  REASONS.find(({ cases }) => cases.test(name));
