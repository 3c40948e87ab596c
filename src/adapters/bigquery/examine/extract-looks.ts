import { ShardliftError } from "../../../errors.ts";
import type { Doing } from "../known-errors.ts";
import { renderGrant } from "../permissions.ts";
import type { ExtractPlace } from "../read/extract/job-id.ts";
import { createExtractObjects, type ExtractObjects } from "../read/extract/objects.ts";
import type { Examining, NewestTable, TableLook } from "./examining.ts";
import { fitsDataset } from "./fits-dataset.ts";

/** What an extract's objects take: BigQuery writes as whoever asked for the job. */
const objectRights = ["create", "list", "get", "delete"].map((verb) => `storage.objects.${verb}`);
const seeBucket = "storage.buckets.get";

/** Rights are asked about, and nothing is done with them: no job runs, and no object is written. */
export function listExtractLooks(examining: Examining, place: ExtractPlace): TableLook[] {
  const doing = { ...examining.doing, failed: `Rows cannot be extracted to gs://${place.bucket}.` };
  const objects = createExtractObjects(examining.options, doing);
  return [
    ["export", (newest) => lookAtExport(examining, newest)],
    ["jobs", (newest) => lookAtJobs(examining, newest)],
    ["bucket", (newest) => lookAtBucket({ objects, doing, place }, newest)],
  ];
}

/** Google answers which of the rights that it is asked about somebody has; asking takes none. */
async function lookAtExport({ ask, doing, options, dataset, place }: Examining, { name }: NewestTable) {
  const permission = "bigquery.tables.export";
  const failed = `The table ${place}.${name} cannot be extracted.`;
  const projectId = doing.project;
  const has = await ask({ ...doing, failed, permission }, async (client) => {
    const [answer] = await client.dataset(dataset, { projectId }).table(name).testIamPermissions(permission);
    return (answer as { permissions?: string[] }).permissions ?? [];
  });
  if (!has.includes(permission)) throw buildLacking({ ...doing, failed }, [permission]);
  return `tables can be extracted by ${options.config.project} (${permission})`;
}

/** A dry run is checked and never run; of an extract it is not defined what that does, so it is one of a query. */
async function lookAtJobs({ ask, doing, options }: Examining, { found }: NewestTable): Promise<string> {
  const permission = "bigquery.jobs.create";
  const failed = `Jobs cannot be started in ${options.config.project}.`;
  await ask({ ...doing, failed, permission }, (client) =>
    client.createQueryJob({ query: "SELECT 1", dryRun: true, useLegacySql: false, location: found.location }),
  );
  return `jobs can be started in ${options.config.project}, ${found.location} (${permission}): a dry run was taken, nothing ran`;
}

interface BucketLook {
  objects: ExtractObjects;
  doing: Doing;
  place: ExtractPlace;
}

async function lookAtBucket({ objects, doing, place }: BucketLook, { found }: NewestTable): Promise<string> {
  const { bucket, prefix } = place;
  const has = await objects.listRights(bucket, [...objectRights, seeBucket]);
  const lacking = objectRights.filter((right) => !has.includes(right));
  if (lacking.length > 0) throw buildLacking(doing, lacking);
  await objects.list(bucket, `${prefix === "" ? "" : `${prefix}/`}shardlift_doctor/`);
  const can = `gs://${bucket}: objects can be made, listed, read and removed`;
  if (!has.includes(seeBucket))
    return `${can}; where it lies is not shown (${seeBucket}): compare it with ${found.location} in the console, Cloud Storage > Buckets`;
  const location = await objects.readLocation(bucket);
  if (fitsDataset(location, found.location) === "no") throw buildElsewhere(doing, location, found.location);
  return `${can}; it lies in ${location}, the dataset in ${found.location}`;
}

function buildLacking(doing: Doing, lacking: readonly string[]): ShardliftError {
  return new ShardliftError("config", {
    failed: doing.failed,
    rule: `this needs the ${lacking.length === 1 ? "permission" : "permissions"} ${lacking.join(", ")}`,
    received: `${doing.principal ?? "the one who signs in"} does not have ${lacking.length === 1 ? "it" : "them"}`,
    remedy: renderGrant(lacking[0]!, doing),
  });
}

function buildElsewhere(doing: Doing, bucket: string, dataset: string): ShardliftError {
  return new ShardliftError("config", {
    failed: doing.failed,
    rule: "an extract goes to a bucket where the dataset lies: in its region, or in a region of EU for a dataset of EU",
    received: `a bucket in ${bucket}, a dataset in ${dataset}`,
    remedy:
      "make a bucket in the dataset's location (console, Cloud Storage > Buckets > Create) and name it as source.extracts, or name none",
  });
}
