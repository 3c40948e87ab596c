import { onTestFinished } from "vitest";

/** What the process warns of from now on, until the test has ended: listeners that pile up, above all. */
export function hearWarnings(): { heard(): Promise<string[]> } {
  const warnings: string[] = [];
  const hear = ({ name, message }: Error) => void warnings.push(`${name}: ${message}`);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  return {
    /** They are told a turn after they arise. */
    async heard() {
      await new Promise((resolve) => setImmediate(resolve));
      return warnings;
    },
  };
}
