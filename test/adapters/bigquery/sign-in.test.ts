import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { BigQueryOptions } from "../../../src/adapters/bigquery/options.ts";
import { createBigQuerySource } from "../../../src/adapters/bigquery/source.ts";
import { isShardliftError, type ShardliftError } from "../../../src/errors.ts";
import { makeFolder } from "../files/write-shard.ts";
import {
  account,
  audience,
  awsCredentials,
  awsRole,
  buildOptions,
  dataset,
  federation,
  renderKey,
  startDouble,
} from "./bigquery-world.ts";

type Changes = NonNullable<Parameters<typeof buildOptions>[1]>;

const reader = "reader@shop-prod.iam.gserviceaccount.com";
const secrets = [awsCredentials.secretAccessKey, awsCredentials.sessionToken!, "PRIVATE KEY", "ya29."];

async function open(changes: Changes = {}) {
  const double = await startDouble();
  const source = createBigQuerySource(buildOptions(double, changes));
  return { double, source, list: () => source.listTables(dataset) };
}

/** The error for people that it ended with; no secret is anywhere in it. */
async function fail(call: Promise<unknown>): Promise<ShardliftError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isShardliftError(error)) throw error ?? new Error("it did not fail");
  const all = inspect(error, { depth: 20, showHidden: true });
  for (const secret of secrets) expect(all).not.toContain(secret);
  return error;
}

describe("a service account's key", () => {
  test("is signed with once, for as many calls as come", async () => {
    const { double, list, source } = await open();
    await Promise.all(Array.from({ length: 20 }, () => source.readVersion(dataset, "t", "daily", null)));
    await list();
    expect(double.count()["oauth2.token"]).toBe(1);
    expect(
      new Set(double.log.filter(({ principal }) => principal).map(({ principal }) => principal)),
    ).toEqual(new Set([account]));
  });

  test("is read where the environment says, at the moment it is needed", async () => {
    const asked: unknown[] = [];
    const { list } = await open({
      readSecret: async (reference) => {
        asked.push(reference);
        return renderKey();
      },
    });
    expect(asked).toEqual([]);
    await list();
    expect(asked).toEqual([{ from: "env", name: "KEY" }]);
  });

  test.each<[string, string, string]>([
    ["no JSON", "-----BEGIN PRIVATE KEY-----\nMIIE", "text that is no JSON object"],
    ["a JSON of another kind", renderKey({ type: "authorized_user" }), "type authorized_user"],
    [
      "a key without an account",
      renderKey({ client_email: undefined }),
      "client_email or private_key is missing",
    ],
    [
      "a key that is none",
      renderKey({ private_key: "-----BEGIN PRIVATE KEY-----\nno\n" }),
      "a private_key that cannot be read as PEM",
    ],
  ])("is refused where it is %s, and never shown", async (_what, text, received) => {
    const { double, list } = await open({ readSecret: async () => text });
    const error = await fail(list());
    expect({ code: error.code, received: error.parts.received }).toEqual({
      code: "config",
      received: `env:KEY: ${received}`,
    });
    expect(double.log).toEqual([]);
  });

  test("that was deleted is told as such", async () => {
    const { double, list } = await open();
    double.accounts.get(account)!.publicKeys.clear();
    const error = await fail(list());
    expect(error.parts).toEqual({
      failed: "Signing in to Google with the key of source.private_key failed.",
      rule: "a key signs in as long as it is among the service account's keys",
      received: "invalid_grant: Invalid JWT Signature.",
      remedy: expect.stringContaining("make a new key"),
    });
  });

  test("of another pair is refused by its signature", async () => {
    const other = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    }).privateKey;
    const { list } = await open({ readSecret: async () => renderKey({ private_key: other }) });
    expect((await fail(list())).parts.received).toBe("invalid_grant: Invalid JWT Signature.");
  });

  test("of an account that is gone is told as such", async () => {
    const { double, list } = await open();
    double.accounts.clear();
    expect((await fail(list())).parts).toMatchObject({
      received: "invalid_grant: Invalid grant: account not found",
      rule: "the key's service account exists and is enabled",
    });
  });

  test.each([
    ["behind", 2 * 3_600_000],
    ["ahead", -2 * 3_600_000],
  ])("with a clock that is two hours %s says so", async (_which, skewMs) => {
    const { double, list } = await open();
    double.clock.advance(skewMs);
    expect((await fail(list())).parts).toMatchObject({
      rule: "Google takes a signature whose time is within five minutes of its own clock",
      received: expect.stringContaining("iat and exp"),
      remedy: expect.stringContaining("clock"),
    });
  });
});

describe("a token", () => {
  test("is renewed before it ends, and not before that", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const { double, list } = await open();
    await list();
    vi.setSystemTime(Date.now() + 50 * 60_000);
    await list();
    expect(double.count()["oauth2.token"]).toBe(1);
    vi.setSystemTime(Date.now() + 6 * 60_000);
    await list();
    expect(double.count()["oauth2.token"]).toBe(2);
    expect(double.log.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test("that ended early is asked for anew, once, however many calls are refused together", async () => {
    const { double, source, list } = await open();
    await list();
    double.tokens.revokeAll();
    expect(await list()).toEqual([]);
    expect(double.count()["oauth2.token"]).toBe(2);
    double.tokens.revokeAll();
    await Promise.all(Array.from({ length: 20 }, () => source.readVersion(dataset, "t", "daily", null)));
    expect(double.count()["oauth2.token"]).toBe(3);
  });

  test("that is not taken even when it is new is an error for people", async () => {
    const { double, list } = await open();
    double.faults.add({
      do: "answer",
      status: 401,
      reason: "authError",
      message: "Invalid Credentials",
      method: "bigquery.tables.list",
      times: 5,
    });
    const error = await fail(list());
    expect({ code: error.code, retryable: error.retryable, received: error.parts.received }).toEqual({
      code: "config",
      retryable: false,
      received: "Invalid Credentials (HTTP 401, authError)",
    });
    expect(double.count()["bigquery.tables.list"]).toBe(2);
  });

  test.each([
    [
      "the endpoint is away",
      { do: "token error", status: 503, error: "internal_failure", description: "Backend Error" },
    ],
    ["the connection is cut", { do: "drop request" }],
    ["a proxy answers", { do: "garble", status: 502 }],
  ] as const)("is asked for again by us where %s", async (_what, fault) => {
    const { double, list } = await open();
    double.faults.add({ ...fault, method: "oauth2.token" });
    const error = await fail(list());
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "outside", retryable: true });
    expect(double.count()["oauth2.token"]).toBe(1);
    expect(await list()).toEqual([]);
  });
});

describe("an AWS role", () => {
  test("hands Google a signed GetCallerIdentity of its region, and no key of Google's is anywhere", async () => {
    const { double, list } = await open({ config: federation, readSecret: refuseSecret });
    expect(await list()).toEqual([]);
    expect(double.signedCalls).toEqual([
      {
        url: "https://sts.eu-central-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
        method: "POST",
        headers: {
          host: "sts.eu-central-1.amazonaws.com",
          "x-amz-date": expect.stringMatching(/^\d{8}T\d{6}Z$/),
          "x-amz-security-token": awsCredentials.sessionToken,
          "x-goog-cloud-target-resource": audience,
          authorization: expect.stringMatching(
            /^AWS4-HMAC-SHA256 Credential=ASIADOUBLEDOUBLE0001\/\d{8}\/eu-central-1\/sts\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
          ),
        },
      },
    ]);
    expect(double.log.at(-1)).toMatchObject({
      method: "bigquery.tables.list",
      principal: awsRole,
      status: 200,
    });
  });

  test("signs in once an hour, with credentials that are found as by every tool of AWS", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    let searches = 0;
    const { double, list } = await open({
      config: federation,
      findAwsCredentials: async () => {
        searches += 1;
        return { ...awsCredentials, expiration: new Date(Date.now() + 6 * 3_600_000) };
      },
    });
    for (let minutes = 0; minutes < 180; minutes += 20) {
      await list();
      vi.setSystemTime(Date.now() + 20 * 60_000);
    }
    expect({ searches, tokens: double.count()["sts.token"] }).toEqual({ searches: 1, tokens: 3 });
  });

  test("is looked up anew before its credentials end", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    let searches = 0;
    const { list } = await open({
      config: federation,
      findAwsCredentials: async () => {
        searches += 1;
        return { ...awsCredentials, expiration: new Date(Date.now() + 3_600_000) };
      },
    });
    await list();
    vi.setSystemTime(Date.now() + 58 * 60_000);
    await list();
    expect(searches).toBe(2);
  });

  test("comes from the variables of a laptop or a container", async () => {
    const { findAwsCredentials: _none, ...options } = buildOptions(await startDouble(), {
      config: federation,
    });
    vi.stubEnv("AWS_ACCESS_KEY_ID", awsCredentials.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", awsCredentials.secretAccessKey);
    vi.stubEnv("AWS_SESSION_TOKEN", awsCredentials.sessionToken!);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await createBigQuerySource(options).listTables(dataset)).toEqual([]);
  });

  test.each<[string, Changes, string]>([
    ["nobody has credentials", { findAwsCredentials: lackCredentials }, "a role of AWS"],
    [
      "the session has run out",
      { findAwsCredentials: async () => ({ ...awsCredentials, sessionToken: "old" }) },
      "aws sts get-caller-identity",
    ],
    [
      "the account is another one",
      { findAwsCredentials: async () => ({ ...awsCredentials, accessKeyId: "AKIAOTHEROTHER000001" }) },
      "aws sts get-caller-identity",
    ],
    [
      "the provider is another one",
      {
        config: {
          auth: {
            type: "workload_identity",
            audience: audience.replace("prod", "test"),
            region: "eu-central-1",
          },
        },
      },
      "providers describe",
    ],
  ])("is refused where %s, in words that help", async (_what, changes, remedy) => {
    const { list } = await open({ ...changes, config: { ...federation, ...changes.config } });
    const error = await fail(list());
    expect({ code: error.code, failed: error.parts.failed }).toEqual({
      code: "config",
      failed: "Signing in to Google as this machine's AWS role failed.",
    });
    expect(error.parts.remedy).toContain(remedy);
  });

  test("with a wrong clock is told about the clock", async () => {
    const { double, list } = await open({ config: federation });
    double.clock.advance(20 * 60_000);
    expect((await fail(list())).parts).toMatchObject({
      rule: "Google takes a signature whose time is within five minutes of its own clock",
      remedy: expect.stringContaining("clock"),
    });
  });
});

describe("acting as a service account", () => {
  test.each<[string, Changes, string]>([
    ["an AWS role", { config: { ...federation, impersonate: reader } }, awsRole],
    ["a key", { config: { impersonate: reader } }, account],
  ])("goes from %s, and its token is kept", async (_who, changes, who) => {
    const { double, source, list } = await open(changes);
    double.creators.set(reader, new Set([who]));
    await Promise.all(Array.from({ length: 20 }, () => source.readVersion(dataset, "t", "daily", null)));
    await list();
    expect(double.count()["iamcredentials.generateAccessToken"]).toBe(1);
    expect(double.log.at(-1)).toMatchObject({ method: "bigquery.tables.list", principal: reader });
  });

  test("is renewed before it ends", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const { double, list } = await open({ config: { impersonate: reader } });
    double.creators.set(reader, new Set([account]));
    await list();
    vi.setSystemTime(Date.now() + 56 * 60_000);
    await list();
    expect(double.count()["iamcredentials.generateAccessToken"]).toBe(2);
  });

  test("says which role is missing on which account", async () => {
    const { list } = await open({ config: { ...federation, impersonate: reader } });
    expect((await fail(list())).parts).toEqual({
      failed: `Signing in to Google as this machine's AWS role to act as ${reader} failed.`,
      rule: "whoever acts as a service account has Service Account Token Creator (roles/iam.serviceAccountTokenCreator) on it; a workload identity has Workload Identity User (roles/iam.workloadIdentityUser)",
      received: "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
      remedy: `in the console, IAM & Admin > Service Accounts > ${reader} > Principals with access > Grant access`,
    });
  });

  test("tells what the account may not do with its own name", async () => {
    const { double, list } = await open({ config: { impersonate: reader } });
    double.creators.set(reader, new Set([account]));
    double.world.denied.add("bigquery.tables.list");
    expect((await fail(list())).parts.remedy).toContain(`grant ${reader} "BigQuery Data Viewer"`);
  });
});

describe("what Google's tools of the machine are signed in with", () => {
  test("is a file that a variable names", async () => {
    const path = join(await makeFolder(), "key.json");
    await writeFile(path, renderKey());
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", path);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { double, list } = await open({ config: { auth: { type: "default" } }, readSecret: refuseSecret });
    expect(await list()).toEqual([]);
    expect(double.log.at(-1)).toMatchObject({ principal: account });
  });

  test("says what to run where there is nothing", async () => {
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
    vi.stubEnv("HOME", await makeFolder());
    vi.stubEnv("METADATA_SERVER_DETECTION", "none");
    onTestFinished(() => void vi.unstubAllEnvs());
    const { list } = await open({ config: { auth: { type: "default" } } });
    expect((await fail(list())).parts).toMatchObject({
      failed: "Signing in to Google as Google's tools of this machine failed.",
      remedy: expect.stringContaining("gcloud auth application-default login"),
    });
  });
});

test("nothing is written to the terminal on the way", async () => {
  const written = vi.spyOn(console, "warn");
  onTestFinished(() => written.mockRestore());
  const { double, list } = await open({ config: { ...federation, impersonate: reader } });
  double.creators.set(reader, new Set([awsRole]));
  await list();
  expect(written).not.toHaveBeenCalled();
});

async function refuseSecret(): Promise<string> {
  throw new Error("no secret was to be read");
}

const lackCredentials: NonNullable<BigQueryOptions["findAwsCredentials"]> = async () => {
  throw Object.assign(new Error("Could not load credentials from any providers"), {
    name: "CredentialsProviderError",
  });
};
