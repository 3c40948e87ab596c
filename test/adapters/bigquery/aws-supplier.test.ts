import { writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createAwsSupplier } from "../../../src/adapters/bigquery/auth/aws-supplier.ts";
import type { AwsCredentials } from "../../../src/adapters/bigquery/options.ts";
import { makeFolder } from "../files/write-shard.ts";
import { machineClock } from "./bigquery-world.ts";

/** A machine that knows nothing of AWS but what the test says. */
async function stubMachine(env: Record<string, string>): Promise<string> {
  const home = await makeFolder();
  const known = Object.keys(process.env).filter((name) => name.startsWith("AWS_"));
  for (const name of known) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", home);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  return home;
}

/** Answers on a free port of 127.0.0.1. @returns `http://127.0.0.1:<port>` */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const roleAnswer = {
  Code: "Success",
  AccessKeyId: "ASIAROLE",
  SecretAccessKey: "secret",
  Token: "token",
  Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
};

const find = () => createAwsSupplier("eu-central-1", { clock: machineClock }).getAwsSecurityCredentials();

test("a task of ECS, and so MWAA, asks the container's own address, with its token", async () => {
  const asked: unknown[] = [];
  const endpoint = await serve((request, response) => {
    asked.push([request.url, request.headers.authorization]);
    response.end(JSON.stringify(roleAnswer));
  });
  await stubMachine({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/v2/credentials/task`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "of-the-task",
  });
  expect(await find()).toEqual({ accessKeyId: "ASIAROLE", secretAccessKey: "secret", token: "token" });
  expect(asked).toEqual([["/v2/credentials/task", "of-the-task"]]);
});

test("an instance of EC2 asks its metadata, by a session", async () => {
  const asked: string[] = [];
  const endpoint = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === "PUT") return void response.end("session");
    const isRole = request.url?.endsWith("/shardlift-role");
    response.statusCode = request.headers["x-aws-ec2-metadata-token"] === "session" ? 200 : 401;
    response.end(isRole ? JSON.stringify(roleAnswer) : "shardlift-role");
  });
  await stubMachine({ AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint });
  expect(await find()).toEqual({ accessKeyId: "ASIAROLE", secretAccessKey: "secret", token: "token" });
  expect(asked.at(-1)).toBe("GET /latest/meta-data/iam/security-credentials/shardlift-role");
});

test("a laptop has a profile", async () => {
  const home = await stubMachine({ AWS_PROFILE: "shop" });
  const path = join(home, "credentials");
  await writeFile(path, "[shop]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", path);
  vi.stubEnv("AWS_CONFIG_FILE", join(home, "config"));
  expect(await find()).toEqual({ accessKeyId: "AKIAPROFILE", secretAccessKey: "secret" });
});

test("a machine that has nothing says so", async () => {
  await stubMachine({});
  await expect(find()).rejects.toThrow("Could not load credentials from any providers");
});

test("calls that come together search once, and a search that failed is made again", async () => {
  let searches = 0;
  const findAwsCredentials = async (): Promise<AwsCredentials> => {
    searches += 1;
    if (searches === 1) throw new Error("the network is away");
    return { accessKeyId: "A", secretAccessKey: "B", expiration: new Date(Date.now() + 3_600_000) };
  };
  const supplier = createAwsSupplier("eu-central-1", { clock: machineClock, findAwsCredentials });
  const first = [supplier.getAwsSecurityCredentials(), supplier.getAwsSecurityCredentials()];
  expect((await Promise.allSettled(first)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const second = [supplier.getAwsSecurityCredentials(), supplier.getAwsSecurityCredentials()];
  expect(await Promise.all(second)).toEqual([
    { accessKeyId: "A", secretAccessKey: "B" },
    { accessKeyId: "A", secretAccessKey: "B" },
  ]);
  expect(searches).toBe(2);
});

test("credentials that say no end are looked for each time: nobody knows how long they are good", async () => {
  let searches = 0;
  const findAwsCredentials = async () => ({ accessKeyId: `A${++searches}`, secretAccessKey: "B" });
  const supplier = createAwsSupplier("eu-central-1", { clock: machineClock, findAwsCredentials });
  expect(await supplier.getAwsSecurityCredentials()).toEqual({ accessKeyId: "A1", secretAccessKey: "B" });
  expect(await supplier.getAwsSecurityCredentials()).toEqual({ accessKeyId: "A2", secretAccessKey: "B" });
  expect(await supplier.getAwsRegion()).toBe("eu-central-1");
});
