import type { Day } from "../days/day.ts";
import type { Column } from "../days/schema.ts";
import type { Manifest } from "../lake/types.ts";
import { buildFailedResult, type FailedResult } from "./reader-target.ts";

/** What a target must tell of itself. */
interface Prepares {
  day: Day;
  manifest: Manifest;
}

export interface Prepared<Target> {
  ready: Target[];
  failed: FailedResult[];
}

/** Makes the table fit for targets; @returns those it cannot be made fit for as failed, the others ready. */
export type PrepareColumns = <Target extends Prepares>(
  targets: readonly Target[],
) => Promise<Prepared<Target>>;

/**
 * Grows the table's columns before any transaction begins, since DDL ends one in Snowflake. Each schema is asked for
 * once a run, so that a day with an impossible one fails alone.
 * @param prepareTable asks the warehouse or the catalog, again where that helps
 */
export function createPrepareColumns(
  prepareTable: (columns: readonly Column[]) => Promise<void>,
): PrepareColumns {
  const asked = new Map<string, { error: unknown } | null>();
  return async <Target extends Prepares>(targets: readonly Target[]) => {
    const prepared: Prepared<Target> = { ready: [], failed: [] };
    for (const target of targets) {
      const { columns } = target.manifest;
      const text = JSON.stringify(columns);
      if (!asked.has(text)) {
        asked.set(
          text,
          await prepareTable(columns).then(
            () => null,
            (error: unknown) => ({ error }),
          ),
        );
      }
      const fault = asked.get(text) ?? null;
      if (fault === null) prepared.ready.push(target);
      else prepared.failed.push(buildFailedResult(target.day, fault.error));
    }
    return prepared;
  };
}
