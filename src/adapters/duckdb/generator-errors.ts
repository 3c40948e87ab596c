import { ShardliftError } from "../../errors.ts";

/** What BigQuery allows as a dataset; anything else could lead out of the root. */
const datasetName = /^[A-Za-z0-9_]{1,1024}$/;

export function checkDataset(dataset: string): void {
  if (datasetName.test(dataset)) return;
  throw new ShardliftError("usage", {
    failed: "Shards cannot be generated into this dataset.",
    rule: "a dataset's name has letters, digits and underscores only",
    received: JSON.stringify(dataset),
    remedy: "name it as BigQuery does, such as analytics_123456789",
  });
}

/** Runs work that writes into the folder; what the file system refuses becomes a message, our bugs stay bugs. */
export async function guardFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isRefusal(error) ? buildRefusal(folder, error) : error;
  }
}

function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof ShardliftError) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return (code !== undefined && syscall !== undefined) || /^(IO|Out of Memory) Error/.test(error.message);
}

function buildRefusal(folder: string, cause: Error): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `Shards could not be written to the folder ${folder}.`,
      rule: "the folder is writable and its disk has room; rows of a shard with many files take memory for each",
      received: cause.message.split("\n", 1)[0]!,
      remedy: "name another folder, free some space, or ask for fewer rows a file (more parts)",
    },
    { cause },
  );
}
