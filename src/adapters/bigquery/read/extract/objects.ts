import { ShardliftError } from "../../../../errors.ts";
import { readApiFault } from "../../api-error.ts";
import { translateAuthError } from "../../auth/auth-errors.ts";
import { createAuthClient } from "../../auth/create-auth-client.ts";
import { describeSignIn } from "../../auth/describe-sign-in.ts";
import { readPrincipal } from "../../auth/read-principal.ts";
import type { AuthClient } from "../../driver.ts";
import { translateError } from "../../errors.ts";
import type { Doing } from "../../known-errors.ts";
import type { BigQueryOptions } from "../../options.ts";
import { withinTime } from "../../within-time.ts";

type StoragePackage = typeof import("@google-cloud/storage");
export type StorageClient = InstanceType<StoragePackage["Storage"]>;
export type Checksum = InstanceType<StoragePackage["CRC32C"]>;

const googleEndpoint = "https://storage.googleapis.com";

/** Longest wait for one answer without a body, ms. */
const answerMs = 60_000;

/** One object as it was listed: in this generation and no other. */
export interface StoredExtract {
  bucket: string;
  name: string;
  generation: string;
  bytes: number;
  /** base64 */
  crc32c: string;
}

/** Cloud Storage as far as extracts need it; each call asked once, errors are ours. */
export interface ExtractObjects {
  list(bucket: string, prefix: string): Promise<StoredExtract[]>;
  remove(extract: StoredExtract): Promise<void>;
  /** Those of the rights on a bucket that whoever signs in has; asking takes none. */
  listRights(bucket: string, rights: readonly string[]): Promise<string[]>;
  /** `EU`, `EUROPE-WEST3` */
  readLocation(bucket: string): Promise<string>;
  createChecksum(): Promise<Checksum>;
  /** Who signed in last, as whoever grants rights names them; null where nobody can tell. */
  principal(): string | null;
  /** Bytes from a place on. */
  openBody(extract: StoredExtract, start: number, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
}

interface Opened {
  auth: AuthClient;
  storage: StorageClient;
  CRC32C: StoragePackage["CRC32C"];
}

/** Nothing is loaded, and nobody signs in, before the first call. */
export function createExtractObjects(options: BigQueryOptions, doing: Doing): ExtractObjects {
  let opening: Promise<Opened> | null = null;
  let signedIn: string | null = null;
  const open = async () => {
    opening ??= openStorage(options);
    try {
      const opened = await opening;
      signedIn = readPrincipal(options.config, opened.auth);
      return opened;
    } catch (error) {
      opening = null;
      throw translateAuthError(error, describeSignIn(options.config));
    }
  };
  const ask = async <T>(permission: string, work: (opened: Opened) => Promise<T>): Promise<T> => {
    const opened = await open();
    try {
      return await withinTime(work(opened), options.answerMs ?? answerMs, options.signal);
    } catch (error) {
      if (readApiFault(error)?.status === 404) throw buildNoBucket(doing);
      throw translateError(error, { ...doing, permission, principal: doing.principal ?? signedIn });
    }
  };
  return {
    listRights: (bucket, rights) =>
      ask("storage.objects.list", async ({ storage }) => {
        const [has] = await storage.bucket(bucket).iam.testPermissions([...rights]);
        return rights.filter((right) => has[right] === true);
      }),
    readLocation: (bucket) =>
      ask("storage.buckets.get", async ({ storage }) => {
        const [{ location }] = await storage.bucket(bucket).getMetadata();
        return String(location);
      }),
    list: (bucket, prefix) =>
      ask("storage.objects.list", ({ storage }) => listObjects(storage, bucket, prefix)),
    remove: ({ bucket, name, generation }) =>
      ask("storage.objects.delete", async ({ storage }) => {
        await storage.bucket(bucket).file(name, { generation }).delete({ ignoreNotFound: true });
      }),
    openBody: async (extract, start, signal) =>
      requestBody(await open(), addressOf(options, extract), start, signal),
    principal: () => signedIn,
    createChecksum: async () => new (await open()).CRC32C(),
  };
}

/** Of calls that name no object, or do not mind whether it is there, a 404 says that the bucket is not. */
function buildNoBucket({ failed }: Doing): ShardliftError {
  return new ShardliftError("config", {
    failed,
    rule: "the bucket of source.extracts exists",
    received: "no such bucket (HTTP 404)",
    remedy:
      "make it where the dataset lies (console, Cloud Storage > Buckets > Create), or correct source.extracts",
  });
}

async function openStorage(options: BigQueryOptions): Promise<Opened> {
  refuseRedirection(options.env);
  const { Storage, CRC32C } = await import("@google-cloud/storage");
  const auth = await createAuthClient(options);
  const { project, storageEndpoint } = options.config;
  const storage = new Storage({
    projectId: project,
    authClient: auth,
    apiEndpoint: storageEndpoint ?? googleEndpoint,
    useAuthWithCustomEndpoint: true,
    retryOptions: { autoRetry: false, maxRetries: 0 },
  } as ConstructorParameters<typeof Storage>[0]);
  return { auth, storage, CRC32C };
}

/** The package would send every request, and its token, to wherever the variable points. */
function refuseRedirection(env: BigQueryOptions["env"]): void {
  if (!env.STORAGE_EMULATOR_HOST) return;
  throw new ShardliftError("config", {
    failed: "The variable STORAGE_EMULATOR_HOST is set.",
    rule: "what Cloud Storage is reached by stands in the environment's file, as source.storage_endpoint",
    received: "a variable that redirects every request and its token",
    remedy: "unset it; for trials write source.storage_endpoint",
  });
}

async function listObjects(storage: StorageClient, bucket: string, prefix: string): Promise<StoredExtract[]> {
  const [files] = await storage.bucket(bucket).getFiles({ prefix });
  return files.map(({ name, metadata }) => ({
    bucket,
    name,
    generation: String(metadata.generation),
    bytes: Number(metadata.size),
    crc32c: String(metadata.crc32c),
  }));
}

function addressOf({ config }: BigQueryOptions, { bucket, name, generation }: StoredExtract): string {
  const place = `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  return `${config.storageEndpoint ?? googleEndpoint}${place}?alt=media&generation=${generation}`;
}

/**
 * Asked for by the client that signs in: the package's own stream, ended before its answer has begun, throws where
 * nobody can catch it.
 */
async function requestBody(
  { auth }: Opened,
  url: string,
  start: number,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const headers = { range: `bytes=${start}-` };
  // The time limit of other calls would end a body that takes longer: whoever reads looks for silence.
  const answer = await auth.request({
    url,
    headers,
    signal,
    responseType: "stream",
    timeout: 0,
    retry: false,
  });
  return answer.data as AsyncIterable<Buffer>;
}
