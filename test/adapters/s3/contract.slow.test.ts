import { afterAll, beforeAll, describe } from "vitest";
import { describeObjectStore } from "../../contracts/object-store.ts";
import {
  type AwsServer,
  findServer,
  neededServer,
  startMinistack,
  startMoto,
} from "../../support/aws-servers.ts";
import { makeBucket, newPlace, openStore, useStandInCredentials } from "./s3-world.ts";

const servers = { ministack: startMinistack, moto: startMoto } as const;

describe.each(["ministack", "moto"] as const)("S3 by %s", (name) => {
  describe.skipIf(findServer(name) === null)(`a bucket${neededServer(name)}`, () => {
    let server: AwsServer;

    beforeAll(async () => {
      useStandInCredentials();
      server = await servers[name]();
      await makeBucket(server.endpoint, "shop-lake");
    });

    afterAll(() => server?.stop());

    describeObjectStore("S3", async () => openStore(newPlace(server.endpoint, "shop-lake")));
    describeObjectStore("S3 without a prefix", async () => {
      const bucket = `lake-${Math.random().toString(36).slice(2)}`;
      await makeBucket(server.endpoint, bucket);
      return openStore({ ...newPlace(server.endpoint, bucket), prefix: "" });
    });
  });
});
