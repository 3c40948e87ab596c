import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { readCaller } from "../../../src/adapters/sts/read-caller.ts";
import { isShardliftError, type ShardliftError } from "../../../src/errors.ts";

const arn = "arn:aws:sts::123456789012:assumed-role/shardlift/task";
const secret = "the-secret-of-aws";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIADOUBLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secret);
  vi.stubEnv("AWS_SESSION_TOKEN", "");
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** A token service that answers everything so. @returns what it was asked */
async function answer(status: number, body: string) {
  const asked: { body: string; authorization: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push({
      body: Buffer.concat(chunks).toString(),
      authorization: request.headers.authorization ?? "",
    });
    response.writeHead(status, { "content-type": "text/xml" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return asked;
}

const refuse = (code: string, message: string) =>
  answer(
    403,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );

async function fail(): Promise<ShardliftError> {
  const error = await readCaller("eu-central-1").catch((reason: unknown) => reason);
  if (!isShardliftError(error)) throw error;
  return error;
}

test("asks AWS who is asking, once, in the region", async () => {
  const asked = await answer(
    200,
    `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  );
  expect(await readCaller("eu-central-1")).toBe(arn);
  expect(asked).toEqual([
    {
      body: expect.stringContaining("Action=GetCallerIdentity"),
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIADOUBLE\/\d{8}\/eu-central-1\/sts\//,
      ),
    },
  ]);
});

test.each([
  ["InvalidClientTokenId", "The security token included in the request is invalid.", "config", "AWS_PROFILE"],
  ["ExpiredToken", "The security token included in the request is expired", "outside", "sign in again"],
  [
    "SignatureDoesNotMatch",
    "Signature expired: 20261120T000000Z is now earlier than 20261121T000000Z",
    "config",
    "clock",
  ],
  [
    "AccessDenied",
    "User is not authorized to perform: sts:GetCallerIdentity",
    "config",
    "Service control policies",
  ],
  ["SomethingNew", "nobody foresaw this", "outside", "run again"],
])("%s is told with what to do, and without a secret", async (code, message, told, remedy) => {
  await refuse(code, message);
  const error = await fail();
  expect([error.code, error.parts.received]).toEqual([told, expect.stringContaining(message)]);
  expect(error.parts.remedy).toContain(remedy);
  expect(error.message).not.toContain(secret);
});

test("nobody listening is a fault of the network, which may pass", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
  expect(await fail()).toMatchObject({ code: "outside", retryable: true });
});

test("a machine without credentials is told where they come from", async () => {
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
  vi.stubEnv("AWS_CONFIG_FILE", "/nowhere");
  expect(await fail()).toMatchObject({
    code: "config",
    parts: { remedy: expect.stringContaining("AWS_PROFILE") },
  });
});
