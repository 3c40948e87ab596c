/** What can go wrong with a call, whatever it calls; the scheduler does these itself. */
export const callFaults = {
  "crash before": "the process dies before its call reaches the outside",
  "crash after": "the call is done, and the process dies before it hears of it",
  "crash in the middle": "the process dies while its call is half done",
  "lost answer": "the call is done, and the caller sees an error",
  "never sent": "the call is not done, and the caller sees an error that leaves it open",
  "late request": "the caller sees an error, and the call is done later, up to most of an hour",
  "duplicate request": "a client library sends the call twice; the caller sees the second answer",
  throttled: "the outside refuses all calls for minutes",
} as const;

/** What only one port does wrong; its model does these. */
export const portFaults = {
  "stale list": "a listing shows the store as it was a while ago",
  "disk full": "an engine's write fails halfway",
  "run lost": "a run elsewhere vanishes without a report",
  "run doubled": "one start makes two runs",
  "run stuck": "a run elsewhere stands still for hours, then goes on",
  "run fails": "a run elsewhere fails halfway",
  "runs listed late": "a listing does not show the newest runs yet",
  "runs limit": "no further run may be started for a while",
  "crawler busy": "another crawl is under way",
  "crawler fails": "a crawl ends in failure",
  "partition refused": "one of many partitions is not moved",
  "partial copy": "COPY loads some of its files and says so",
  "copy empties a column": "COPY leaves a column empty where names do not match",
  "copy times out": "the caller gives a COPY up, the server finishes it, the session lives on",
  "session lost": "a session ends, its transaction is rolled back",
  "session lingers": "a session is lost, and its transaction holds its locks for minutes",
  "commit unheard": "COMMIT is done, and the caller sees an error",
  "commit late": "the caller of COMMIT sees an error, and it is done minutes later",
  "too many waiters": "a statement is refused since too many wait for the lock",
} as const;

/** What happens of itself, without a call. */
export const eventFaults = {
  terminated: "SIGTERM ends a run",
  "clock jumps": "a machine's clock is set forward or back",
  "store clock jumps": "the store's clock goes back a little",
  "time leaps": "everything stands still for hours: a suspended machine",
  "shard appears": "a shard arrives",
  "shard grows": "a shard is written again with more rows",
  "shard shrinks": "a shard is written again with fewer rows",
  "shard rewritten": "a shard is written again with as many rows, but others",
  "shard vanishes": "a shard is deleted",
  "daily replaces intraday": "the daily shard arrives and the intraday one goes",
  "falls back to intraday": "the daily shard is gone and an intraday one is there",
  "operator deletes a file": "somebody deletes a data file of a generation",
  "operator deletes a head": "somebody deletes a head",
  "operator deletes a manifest": "somebody deletes a manifest",
  "operator deletes a ledger row": "somebody deletes a row of the ledger",
} as const;

/** What the documentation leaves open: both ways are tried. */
export const openQuestions = {
  "waited, sees before": "a statement that waited for a lock sees the rows from before the wait",
  "waited, sees after": "a statement that waited for a lock sees the rows from after the wait",
} as const;

export const faults = { ...callFaults, ...portFaults, ...eventFaults, ...openQuestions };

export type FaultName = keyof typeof faults;

/** Faults of calls that only look. */
export const readingFaults = ["crash before", "never sent", "throttled"] as const satisfies FaultName[];

/** Faults of calls that change the outside. */
export const changingFaults = [
  "crash before",
  "crash after",
  "crash in the middle",
  "lost answer",
  "never sent",
  "late request",
  "throttled",
] as const satisfies FaultName[];
