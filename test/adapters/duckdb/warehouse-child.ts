/**
 * Another process on a warehouse file, for tests: `hold` opens it and waits to be told to let go (a line on stdin) or
 * killed; `torn` is killed between a copy and its COMMIT. Says on stdout when it has the file.
 */
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";
import { createDuckDbWarehouse } from "../../../src/adapters/duckdb/warehouse.ts";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import type { GenerationFiles } from "../../../src/ports.ts";

const [job, path, lake, generation] = process.argv.slice(2);

if (job === "hold") {
  const database = await openDatabase({ path: path! });
  process.stdout.write("held\n");
  process.stdin.once("data", () => {
    database.close();
    process.stdin.destroy();
  });
}

if (job === "torn") {
  const clock = { now: () => 0, sleep: async () => {} };
  const store = createFolderStore({ root: lake! });
  const warehouse = createDuckDbWarehouse({ path: path!, waitMs: 0, clock, store });
  const files = JSON.parse(generation!) as GenerationFiles;
  await warehouse.transact({ schema: "analytics", table: "web_shop" }, async (transaction) => {
    await transaction.copy(files);
    await transaction.lock();
    await transaction.deleteHot(files.day, { except: files.generation });
    process.kill(process.pid, "SIGKILL");
  });
}
