/** The double's time: the machine's, moved on by tests. Nothing in it sleeps. */
export interface DoubleClock {
  /** ms since the epoch. */
  now(): number;
  /** Time passes at once; what falls due is done in its order before this returns. */
  advance(ms: number): void;
  /** Calls back once when `now()` has reached the instant. @returns forgets it */
  at(instantMs: number, call: () => void): () => void;
  /** Forgets everything. */
  close(): void;
}

interface Alarm {
  instantMs: number;
  call: () => void;
  timer: NodeJS.Timeout | null;
}

/** Longest delay that a timer of Node keeps, ms. */
const maxDelayMs = 2 ** 31 - 1;

export function createDoubleClock(readMs: () => number = Date.now): DoubleClock {
  let advancedMs = 0;
  const alarms = new Set<Alarm>();
  const now = () => readMs() + advancedMs;
  const forget = (alarm: Alarm) => {
    if (alarm.timer) clearTimeout(alarm.timer);
    alarms.delete(alarm);
  };
  const arm = (alarm: Alarm) => {
    if (alarm.timer) clearTimeout(alarm.timer);
    const delayMs = Math.min(Math.max(alarm.instantMs - now(), 0), maxDelayMs);
    alarm.timer = setTimeout(ring, delayMs).unref();
  };
  function ring(): void {
    const due = [...alarms].filter((alarm) => alarm.instantMs <= now());
    for (const alarm of due.sort((a, b) => a.instantMs - b.instantMs)) {
      forget(alarm);
      alarm.call();
    }
    for (const alarm of alarms) arm(alarm);
  }
  return {
    now,
    advance(ms) {
      advancedMs += ms;
      ring();
    },
    at(instantMs, call) {
      const alarm: Alarm = { instantMs, call, timer: null };
      alarms.add(alarm);
      arm(alarm);
      return () => forget(alarm);
    },
    close() {
      for (const alarm of alarms) forget(alarm);
    },
  };
}
