import { type Day, parseCompactDay } from "../../../src/days/day.ts";
import { families } from "../../../src/days/families.ts";
import { ShardliftError } from "../../../src/errors.ts";
import type { DayExtract } from "../../../src/ports.ts";
import { buildRecipe } from "../../../src/sql/build-recipe.ts";
import { describeCatalog } from "../../contracts/catalog.ts";
import { testEngine } from "../../contracts/engine.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";
import { testSource } from "../../contracts/source.ts";
import { day } from "../../support/builders.ts";
import { createKernel } from "../kernel/kernel.ts";
import type { Kernel, Process } from "../kernel/types.ts";
import { createCatalogModel } from "./catalog.ts";
import { parseModelFile } from "./content.ts";
import { createEngineModel } from "./engine.ts";
import { baseSchema, buildModelRow } from "./rows.ts";
import { createSourceModel, nameShard } from "./source.ts";
import { createStoreModel } from "./store.ts";

const dataset = "analytics_123456789";

/** A kernel that acts by itself and in which nothing goes wrong, and one process that never ends. */
function createQuiet(): { kernel: Kernel; process: Process } {
  const order = { seed: 1, startMs: 1_000_000, stepMs: 1, switches: [], faults: [], focus: null };
  const kernel = createKernel({ ...order, selfPropelled: true }, null);
  return { kernel, process: kernel.spawn("test", () => new Promise(() => {})) };
}

describeObjectStore("the model of a store", async () => {
  const { kernel, process } = createQuiet();
  return createStoreModel(kernel).connect(process);
});

testSource("the model of a source", async () => {
  const { kernel, process } = createQuiet();
  const model = createSourceModel(kernel, dataset);
  return {
    source: model.connect(process),
    dataset,
    missingDataset: "analytics_404",
    countsRows: true,
    async write(table, schema, rows) {
      const on = parseCompactDay(table.slice(-8))!;
      const kind = table.includes("intraday") ? "intraday" : "daily";
      const own = rows.map((row, number) => buildModelRow(on, number, hashText(JSON.stringify(row))));
      model.write(table, { day: on, kind, schema: [...schema], rows: own });
    },
    remove: async (table) => model.remove(table),
  };
});

function hashText(text: string): number {
  return [...text].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
}

describeCatalog("the model of a catalog", async () => {
  const { kernel, process } = createQuiet();
  const model = createCatalogModel(kernel);
  const refused = new Set<Day>();
  const catalog = model.connect(process);
  return {
    // The model refuses as a fault that the kernel chooses; here the test chooses.
    catalog: {
      ...catalog,
      async point(table, partitions) {
        const failed = await catalog.point(
          table,
          partitions.filter((partition) => !refused.has(partition.day)),
        );
        const error = new ShardliftError("data", { failed: "refused" });
        return [
          ...failed,
          ...partitions.filter((one) => refused.has(one.day)).map((one) => ({ day: one.day, error })),
        ];
      },
    },
    readColumns: async (table) => model.columns(table),
    refuse: (on) => void refused.add(on),
  };
});

testEngine("the model of an engine", async () => {
  const { kernel, process } = createQuiet();
  const store = createStoreModel(kernel);
  const source = createSourceModel(kernel, dataset);
  let ids = 0;
  const randomHex = (length: number) => (++ids).toString(16).padStart(length, "0");
  const build = async (text: string, numbers: readonly number[]): Promise<DayExtract> => {
    const on = day(text);
    const table = nameShard(on, "daily");
    const rows = numbers.map((number) =>
      buildModelRow(on, Math.floor(number), Number.isInteger(number) ? 0 : 1),
    );
    source.write(table, { day: on, kind: "daily", schema: baseSchema, rows });
    return buildExtract(text, source.shard(table)!.version);
  };
  return {
    engine: createEngineModel({ kernel, store, source }, process, randomHex),
    store: store.connect(process),
    build,
    async buildBroken(text) {
      const extract = await build(text, [1]);
      source.spoil(extract.shard.version.table);
      return extract;
    },
    readIds: async (keys) =>
      keys.flatMap((key) => parseModelFile(store.read(key)!).rows.map((row) => row.id)),
    close: async () => {},
  };
});

function buildExtract(text: string, version: DayExtract["shard"]["version"]): DayExtract {
  const family = families.ga4_events;
  return {
    pipeline: "web-shop",
    family: family.name,
    day: day(text),
    shard: { version, schema: baseSchema, parts: [] },
    recipe: buildRecipe({
      family,
      pipelineFamily: { duplicates: "event_id" },
      columns: { drop: [], hash: [] },
      filter: [],
      schema: baseSchema,
    }),
    prefix: `web-shop/ga4_events/day=${text}/`,
    duplicatesPrefix: null,
    deadlineMs: Number.MAX_SAFE_INTEGER,
  };
}
