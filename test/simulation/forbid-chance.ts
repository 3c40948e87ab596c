/**
 * Takes the real clock, real chance and timers away: whatever still asks for them ends the schedule with an error.
 * What a schedule does then follows from its seed alone.
 */
export function forbidChance(): void {
  const forbid = (what: string) => () => {
    throw new Error(`${what} is not to be had here: time and chance are ports`);
  };
  Math.random = forbid("Math.random");
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct(target, input, newTarget) {
      if (input.length === 0) forbid("new Date()")();
      return Reflect.construct(target, input, newTarget);
    },
    get: (target, name) => (name === "now" ? forbid("Date.now") : Reflect.get(target, name)),
  });
  globalThis.setTimeout = forbid("setTimeout") as unknown as typeof setTimeout;
  globalThis.setInterval = forbid("setInterval") as unknown as typeof setInterval;
  process.hrtime = forbid("process.hrtime") as unknown as typeof process.hrtime;
  crypto.getRandomValues = forbid("crypto.getRandomValues");
  crypto.randomUUID = forbid("crypto.randomUUID");
}
