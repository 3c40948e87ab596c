import { createDoubleClock } from "./clock.ts";
import type { DoubleOptions } from "./double.ts";
import { createCatalog } from "./model/catalog.ts";
import { openModelDatabase } from "./model/database.ts";
import { createLocks } from "./model/locks.ts";
import { createStorage } from "./model/stages.ts";
import { createTurns, type World } from "./model/world.ts";

/** An account with what the options name in it, and nothing else. */
export async function createWorld(options: DoubleOptions): Promise<World> {
  const clock = createDoubleClock();
  let lastId = 0;
  const world: World = {
    clock,
    database: await openModelDatabase(),
    catalog: createCatalog(),
    storage: createStorage(options.mounts),
    locks: createLocks(clock),
    account: {
      warehouses: new Map((options.warehouses ?? []).map((name) => [name, "available"])),
      integrations: new Map(),
      databases: new Set(options.databases ?? []),
      roles: new Set(options.roles ?? []),
      users: new Set(Object.keys(options.users)),
      maskingPolicies: new Set(options.maskingPolicies ?? []),
      hidden: new Set(),
      readOnly: new Set(),
    },
    choices: {
      waiterSees: "after",
      afterAbort: "refuse",
      fileNames: "bucket",
      refreshUnchanged: "nothing",
      opens: "named days",
      copyKnown: "nothing",
      copyFile: "url",
    },
    footers: new Map(),
    clients: new Map(),
    maxValueBytes: options.maxValueBytes ?? 16_777_216,
    inTurn: createTurns(),
    nextId: () => ++lastId,
    executed: [],
  };
  furnish(world, options);
  return world;
}

/** Stage and file format as `bootstrap` would have left them. */
function furnish({ catalog, account }: World, { stages = [], fileFormats = [] }: DoubleOptions): void {
  const place = (text: string) => {
    const [database, schema, name] = text.split(".") as [string, string, string];
    account.databases.add(database);
    catalog.schemas.add(JSON.stringify([database, schema]));
    return [database, schema, name] as const;
  };
  for (const { name, url } of stages)
    catalog.put({ kind: "stage", name: place(name), url, integration: null });
  for (const name of fileFormats) catalog.put({ kind: "file format", name: place(name) });
}
