import { followHeads } from "./follow-heads.ts";
import { loadDays } from "./load-transaction.ts";
import { moveTogether } from "./move-batch.ts";
import { createMovePrepared } from "./move-prepared.ts";
import type { ReaderContext, ReaderInput, ReaderPorts, ReaderResult } from "./reader-target.ts";
import { transactSettled } from "./settle.ts";

/**
 * Brings hot to the heads of the given days: several days a transaction, each transaction to a known outcome, each
 * day until its head stands still. Can be run twice, at once, or after a kill at any point.
 * @returns one result a day, in the order of the targets; rejects only where the signal ends it
 */
export async function runLoad(
  { table, targets }: ReaderInput,
  ports: ReaderPorts,
  context: ReaderContext,
): Promise<ReaderResult[]> {
  const { warehouse, clock } = ports;
  const moveBatch = createMovePrepared(
    (columns) => ports.again(() => warehouse.prepare(table, columns)),
    async (ready) => {
      const loaded = await moveTogether(ready, ports.again, async (days, forDay) => {
        context.signal.throwIfAborted();
        return transactSettled(warehouse, table, (transaction) =>
          loadDays(transaction, days, context, clock.now(), forDay),
        );
      });
      context.signal.throwIfAborted();
      return loaded;
    },
  );
  return followHeads(targets, moveBatch, ports, context);
}
