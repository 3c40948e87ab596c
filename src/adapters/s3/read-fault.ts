/** What the SDK rejects with, as far as we look at it. */
export interface S3Fault {
  /** S3's code (`NoSuchBucket`), the operating system's (`ECONNRESET`), or the SDK's name of the error. */
  name: string;
  status: number | null;
  text: string;
  requestId: string | null;
  /** The bucket's region, where S3 tells it. */
  region: string | null;
}

interface SdkError {
  name?: string;
  code?: unknown;
  message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $response?: { statusCode?: number; headers?: Record<string, string> };
}

const systemCode = /^(E[A-Z]{2,}|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL)/;
const sdkNames =
  /^(TimeoutError|AbortError|CredentialsProviderError|ExpiredToken\w*|TokenProviderError|InvalidIdentityToken|ProviderError|SSOTokenProviderFailure)$/;

/** @returns null where the error is none of S3's, of the network's or of the credentials': a bug of ours. */
export function readFault(error: unknown): S3Fault | null {
  if (!(error instanceof Error)) return null;
  const { name = "", code, message = "", $metadata, $response } = error as SdkError & Error;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode ?? null;
  const text = message.split("\n", 1)[0] ?? "";
  const told = {
    status,
    text: text === "UnknownError" ? "" : text,
    requestId: $metadata?.requestId ?? null,
    region: $response?.headers?.["x-amz-bucket-region"] ?? null,
  };
  if (typeof code === "string" && systemCode.test(code)) return { name: code, ...told };
  if (status !== null || sdkNames.test(name)) return { name, ...told };
  // A connection that ends within an answer leaves a sentence and no code.
  if (/socket hang up|aborted|premature close/i.test(message)) return { name: "ECONNRESET", ...told };
  return null;
}

export function isMissing(error: unknown): boolean {
  const fault = readFault(error);
  return fault?.name === "NoSuchKey" || (fault?.name === "NotFound" && fault.status === 404);
}

/** The condition did not hold, for certain: the bucket looked at it and did nothing. */
export function isRefused(error: unknown): boolean {
  const fault = readFault(error);
  return fault?.name === "PreconditionFailed" || fault?.status === 412;
}

/** Nothing was done, for certain, and asking again may succeed: others wrote the key at this very moment. */
export function isConflict(error: unknown): boolean {
  return readFault(error)?.name === "ConditionalRequestConflict";
}

/** Signed with a wrong time; the client has learned the right one from the answer. */
export function isSkewed(error: unknown): boolean {
  return readFault(error)?.name === "RequestTimeTooSkewed";
}
