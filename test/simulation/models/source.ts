import type { Day } from "../../../src/days/day.ts";
import { families, type ShardKind } from "../../../src/days/families.ts";
import type { Field } from "../../../src/days/schema.ts";
import { renderShard, type SourceVersion } from "../../../src/days/shards.ts";
import { ShardliftError } from "../../../src/errors.ts";
import type { Source } from "../../../src/ports.ts";
import { readingFaults } from "../kernel/faults.ts";
import type { Kernel, Process } from "../kernel/types.ts";
import type { ModelRow } from "./content.ts";

/** One shard as it is at a moment. */
export interface ModelShard {
  day: Day;
  version: SourceVersion;
  schema: Field[];
  rows: readonly ModelRow[];
}

/** A dataset whose shards change whenever somebody writes them; it remembers every version there ever was. */
export interface SourceModel {
  connect(process: Process): Source;
  write(table: string, shard: Omit<ModelShard, "version"> & { kind: ShardKind }): void;
  remove(table: string): void;
  shard(table: string): ModelShard | null;
  /** The shards of a day, best first. */
  shardsOf(day: Day): ModelShard[];
  /** Rows of a version that is or was there. */
  rowsOf(version: SourceVersion): readonly ModelRow[] | null;
}

const kinds = ["daily", "fresh", "intraday"] as const;

export function createSourceModel(kernel: Kernel, dataset: string): SourceModel {
  const shards = new Map<string, ModelShard>();
  const versions = new Map<string, readonly ModelRow[]>();
  let writes = 0;

  const connect = (process: Process): Source => {
    const call = <T>(method: string, detail: string, answer: () => T) =>
      kernel.call<T>(process, {
        port: "source",
        method,
        detail,
        faults: readingFaults,
        *work() {
          return answer();
        },
      });
    return {
      location: "the model of a source",
      listTables: (asked) =>
        call("listTables", asked, () => {
          if (asked !== dataset) throw buildMissing(asked);
          return [...shards.keys()].sort();
        }),
      readVersion: (_dataset, table) => call("readVersion", table, () => shards.get(table)?.version ?? null),
      openShard: (_dataset, table) =>
        call("openShard", table, () => {
          const shard = shards.get(table);
          if (shard === undefined) return null;
          const parts = [{ path: table, format: "parquet" as const, bytes: shard.version.bytes }];
          return { version: shard.version, schema: shard.schema, parts };
        }),
    };
  };

  return {
    connect,
    write(table, { day, kind, schema, rows }) {
      writes += 1;
      const modified = String(writes);
      const bytes = rows.length * 100;
      const version = { table, kind, modified, rows: rows.length, bytes, etag: `e${writes}`, content: null };
      shards.set(table, { day, version, schema, rows });
      versions.set(`${table} ${modified}`, rows);
    },
    remove: (table) => {
      shards.delete(table);
    },
    shard: (table) => shards.get(table) ?? null,
    shardsOf: (day) =>
      kinds.flatMap((kind) => {
        const shard = shards.get(nameShard(day, kind));
        return shard === undefined ? [] : [shard];
      }),
    rowsOf: ({ table, modified }) => versions.get(`${table} ${modified}`) ?? null,
  };
}

/** Table of a day's shard; the simulated property exports GA4 events. */
export function nameShard(day: Day, kind: ShardKind): string {
  return renderShard(families.ga4_events, kind, day)!;
}

function buildMissing(dataset: string): ShardliftError {
  return new ShardliftError("config", { failed: `There is no dataset ${dataset}.` });
}
