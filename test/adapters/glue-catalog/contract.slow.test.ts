import { GetTableCommand, GlueClient } from "@aws-sdk/client-glue";
import { afterAll, beforeAll, describe } from "vitest";
import { createGlueCatalog } from "../../../src/adapters/glue-catalog/catalog.ts";
import { readColumns } from "../../../src/adapters/glue-catalog/table-input.ts";
import { describeCatalog } from "../../contracts/catalog.ts";
import {
  type AwsServer,
  account,
  findServer,
  neededServer,
  startMinistack,
  startMoto,
} from "../../support/aws-servers.ts";
import { config } from "./glue-world.ts";
import { listPaths } from "./list-paths.ts";

const credentials = { accessKeyId: account, secretAccessKey: "stand-in" };
const servers = { moto: startMoto, ministack: startMinistack } as const;

/** What neither stand-in can do, by the test's title. */
const skips = { "that fail are named, and do not hold up the others": "refuses no partition on demand" };

for (const name of ["moto", "ministack"] as const) {
  describe.skipIf(findServer(name) === null)(`over ${name}${neededServer(name)}:`, () => {
    let server: AwsServer;
    let worlds = 0;
    beforeAll(async () => {
      server = await servers[name]();
    });
    afterAll(() => server.stop());

    describeCatalog(
      "the Glue Data Catalog",
      async () => {
        const own = { ...config, endpoint: server.endpoint, databasePrefix: `w${++worlds}_` };
        const catalog = createGlueCatalog({
          config: own,
          lake: { bucket: "shop-lake", prefix: "raw" },
          environment: "prod",
          clock: { now: () => Date.now(), sleep: async () => {} },
          credentials,
        });
        const client = new GlueClient({ region: own.region, endpoint: server.endpoint, credentials });
        return {
          catalog,
          refuse: () => {},
          async readColumns({ schema, table }) {
            const input = { DatabaseName: `${own.databasePrefix}${schema}`, Name: table };
            const { Table } = await client.send(new GetTableCommand(input));
            return listPaths(readColumns(Table?.StorageDescriptor)).sort();
          },
        };
      },
      skips,
    );
  });
}
