import { describe, expect, test } from "vitest";
import { type Bucket, openBucket } from "../../../src/adapters/s3/bucket.ts";
import { buildS3Error, guardS3 } from "../../../src/adapters/s3/errors.ts";
import { ShardliftError } from "../../../src/errors.ts";

const place = {
  bucket: "shop-lake",
  prefix: "shardlift",
  region: "eu-central-1",
  bucketOwner: null,
  endpoint: null,
  pathStyle: false,
};
const bucket: Bucket = openBucket(place);

/** An error as the SDK makes it of an answer. */
function answered(status: number, name: string, message = name, headers: Record<string, string> = {}): Error {
  const $metadata = { httpStatusCode: status, requestId: "R1" };
  return Object.assign(new Error(message), { name, $metadata, $response: { statusCode: status, headers } });
}

const failed = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const named = (name: string, message: string) => Object.assign(new Error(message), { name });

function meaning(error: Error, at: Bucket = bucket) {
  const built = buildS3Error(at, "write a", error);
  if (!(built instanceof ShardliftError)) throw new Error("no known error");
  return built;
}

describe("an answer of S3 in words for people", () => {
  test("has four parts, S3's code, the status and the request's id", () => {
    const { code, retryable, parts } = meaning(
      answered(404, "NoSuchBucket", "The specified bucket does not exist"),
    );
    expect({ code, retryable, parts }).toEqual({
      code: "config",
      retryable: false,
      parts: {
        failed: "s3://shop-lake/shardlift/ could not write a.",
        rule: "the bucket is made before Shardlift writes to it",
        received: "NoSuchBucket: The specified bucket does not exist (status 404, request R1)",
        remedy: "make the bucket shop-lake in eu-central-1, or correct its name in the environment",
      },
    });
  });

  test.each<[string, Error, string, boolean, RegExp]>([
    [
      "access denied",
      answered(403, "AccessDenied"),
      "outside",
      false,
      /below shardlift\/.*s3:PutObject.*docs\/aws\.md/,
    ],
    [
      "a HEAD denied, which has no body",
      answered(403, "Forbidden", "UnknownError"),
      "outside",
      false,
      /s3:GetObject/,
    ],
    [
      "a KMS key denied",
      answered(403, "AccessDenied", "not authorized to perform: kms:GenerateDataKey"),
      "outside",
      false,
      /kms:GenerateDataKey and kms:Decrypt/,
    ],
    ["a KMS key disabled", answered(400, "KMS.DisabledException"), "config", false, /enable the key/],
    ["a KMS key that is not there", answered(400, "KMS.NotFoundException"), "config", false, /kms_key/],
    ["KMS throttling", answered(503, "KMS.ThrottlingException"), "outside", true, /retry\.max_wait/],
    [
      "another region by its header",
      answered(301, "PermanentRedirect", "x", { "x-amz-bucket-region": "eu-west-1" }),
      "config",
      false,
      /write region: eu-west-1 .* says eu-central-1/,
    ],
    [
      "another region by its words",
      answered(
        400,
        "AuthorizationHeaderMalformed",
        "the region 'eu-central-1' is wrong; expecting 'us-east-2'",
      ),
      "config",
      false,
      /write region: us-east-2 /,
    ],
    [
      "another region and no more",
      answered(307, "TemporaryRedirect"),
      "config",
      false,
      /the bucket's region/,
    ],
    ["an expired token", answered(400, "ExpiredToken"), "outside", false, /sign in again/],
    ["an expired session of SSO", named("TokenProviderError", "expired"), "outside", false, /aws sso login/],
    ["an unknown access key", answered(403, "InvalidAccessKeyId"), "config", false, /AWS_PROFILE/],
    [
      "no credentials at all",
      named("CredentialsProviderError", "none"),
      "config",
      false,
      /run where there is a role/,
    ],
    ["throttling", answered(503, "SlowDown"), "outside", true, /retry\.attempts/],
    ["throttling by its status", answered(429, "Whatever"), "outside", true, /retry\.attempts/],
    ["a wrong clock", answered(403, "RequestTimeTooSkewed"), "outside", true, /clock right/],
    ["an internal error", answered(500, "InternalError"), "outside", true, /run again/],
    ["a bad gateway", answered(502, "Unknown"), "outside", true, /run again/],
    ["a reset connection", failed("ECONNRESET"), "outside", true, /network/],
    ["a name that nobody knows", failed("ENOTFOUND"), "outside", true, /endpoint/],
    ["a hang-up", new Error("socket hang up"), "outside", true, /network/],
    ["a time-out", named("TimeoutError", "x"), "outside", true, /run again/],
    ["our own deadline", named("AbortError", "x"), "outside", true, /run again/],
    ["a certificate", failed("SELF_SIGNED_CERT_IN_CHAIN"), "config", false, /NODE_EXTRA_CA_CERTS/],
    [
      "a store without conditional writes",
      answered(501, "NotImplemented"),
      "config",
      false,
      /conditional writes/,
    ],
    ["an archived object", answered(403, "InvalidObjectState"), "outside", false, /restore/],
    ["a code that is new", answered(400, "SomethingNew"), "outside", false, /request's id/],
  ])("of %s", (_what, error, code, retryable, remedy) => {
    const told = meaning(error);
    expect({ code: told.code, retryable: told.retryable }).toEqual({ code, retryable });
    expect(told.parts.remedy).toMatch(remedy);
    expect(told.parts.rule).toMatch(/\S/);
  });

  test("names the account that should own the bucket", () => {
    const owned = openBucket({ ...place, bucketOwner: "123456789012" });
    expect(meaning(answered(403, "AccessDenied"), owned).parts.remedy).toContain(
      "whether account 123456789012 owns",
    );
  });

  test("keeps nothing of the SDK's error that could hold a token", () => {
    const error = Object.assign(answered(400, "ExpiredToken", "The provided token has expired."), {
      "Token-0": "hunter2",
      $response: { statusCode: 400, headers: { authorization: "hunter2" } },
    });
    const told = meaning(error);
    expect(told.cause).toBeUndefined();
    expect(JSON.stringify({ ...told, message: told.message })).not.toContain("hunter2");
  });

  test("is left alone where it is a bug of ours, or known already", async () => {
    const bug = new TypeError("x is undefined");
    const known = new ShardliftError("data", { failed: "known" });
    expect([buildS3Error(bucket, "x", bug), buildS3Error(bucket, "x", known)]).toEqual([bug, known]);
    await expect(guardS3(bucket, "x", () => Promise.reject(bug))).rejects.toBe(bug);
  });
});
