import { describeCatalog } from "../contracts/catalog.ts";
import { createMemoryCatalog } from "./memory-catalog.ts";

describeCatalog("the catalog in memory", async () => {
  const { catalog, readColumns, refuse } = createMemoryCatalog();
  return { catalog, refuse, readColumns: async (table) => readColumns(table) };
});
