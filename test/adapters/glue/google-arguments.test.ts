import { expect, test } from "vitest";
import { buildGoogleArguments } from "../../../src/adapters/glue/google-arguments.ts";
import { buildSessionPolicy } from "../../../src/adapters/glue/session-policy.ts";
import type { BigQuerySource } from "../../../src/config/types.ts";
import { account, audience, buildOptions, federation } from "../bigquery/bigquery-world.ts";
import { buildGlueOptions } from "./glue-world.ts";

const arn = "arn:aws:secretsmanager:eu-central-1:210987654321:secret:shardlift/google-key-AbCdEf";

const source = (changes: Partial<BigQuerySource>): BigQuerySource => ({
  ...buildOptions({ endpoint: "" }).config,
  storageEndpoint: null,
  tokenEndpoint: null,
  ...changes,
});

test("a run is told who signs in, and where; nothing where its shards are elsewhere", () => {
  const federated = source({ ...federation, impersonate: account });

  expect([buildGoogleArguments(federated), buildGoogleArguments(null)]).toEqual([
    {
      "--google_project": "shop-prod",
      "--google_auth": "workload_identity",
      "--google_audience": audience,
      "--google_region": "eu-central-1",
      "--google_impersonate": account,
    },
    {},
  ]);
});

test("a key goes by its reference, and the run may read that secret beside the one of hashes", () => {
  const google = source({ auth: { type: "service_account", key: { from: "aws-secret", arn } } });
  const hashKey = { from: "aws-secret" as const, arn: `${arn}2` };
  const policy = JSON.parse(buildSessionPolicy(buildGlueOptions({ google, hashKey }), "a".repeat(64)));

  expect(buildGoogleArguments(google)).toEqual({
    "--google_project": "shop-prod",
    "--google_auth": "service_account",
    "--google_private_key": `aws-secret:${arn}`,
  });
  const secrets = policy.Statement.filter(({ Action }: { Action: string[] }) =>
    Action.includes("secretsmanager:GetSecretValue"),
  );
  expect(secrets.map(({ Resource }: { Resource: string[] }) => Resource)).toEqual([[`${arn}2`, arn]]);
});

test("stand-ins are told of", () => {
  const endpoints = { readEndpoint: "http://127.0.0.1:1", storageEndpoint: "http://127.0.0.1:2" };

  expect(buildGoogleArguments(source({ ...endpoints, tokenEndpoint: "http://127.0.0.1:3" }))).toMatchObject({
    "--google_read_endpoint": "http://127.0.0.1:1",
    "--google_storage_endpoint": "http://127.0.0.1:2",
    "--google_token_endpoint": "http://127.0.0.1:3",
  });
});
