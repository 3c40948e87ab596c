import type { TableName } from "../config/types.ts";
import {
  buildFailedResult,
  type ReaderPorts,
  type ReaderResult,
  type ReaderTarget,
} from "./reader-target.ts";

export interface Prepared {
  ready: ReaderTarget[];
  failed: ReaderResult[];
}

/** Makes the table fit for targets; @returns those it cannot be made fit for as failed, the others ready. */
export type PrepareColumns = (targets: readonly ReaderTarget[]) => Promise<Prepared>;

/**
 * Grows the table's columns before any transaction begins, since DDL ends one in Snowflake. Each schema is asked for
 * once a run, so that a day with an impossible one fails alone.
 */
export function createPrepareColumns(table: TableName, ports: ReaderPorts): PrepareColumns {
  const asked = new Map<string, { error: unknown } | null>();
  return async (targets) => {
    const prepared: Prepared = { ready: [], failed: [] };
    for (const target of targets) {
      const { columns } = target.manifest;
      const text = JSON.stringify(columns);
      if (!asked.has(text)) {
        asked.set(
          text,
          await ports
            .again(() => ports.warehouse.prepare(table, columns))
            .then(
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
