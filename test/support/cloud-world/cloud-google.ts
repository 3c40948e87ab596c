import { addDataset } from "../../doubles/bigquery/change-world.ts";
import { type BigQueryDouble, startBigQueryDouble } from "../../doubles/bigquery/double.ts";
import { loadFolder } from "../../doubles/bigquery/load-folder.ts";
import { type ReadDouble, startReadDouble } from "../../doubles/bigquery/read/read-double.ts";
import { credentials } from "../aws-servers.ts";

export const googleProject = "shop-prod";
/** Where extract jobs may write. */
export const extractsBucket = "shop-extracts";

/** BigQuery with the demo's datasets, its tables those of a folder's files. */
export interface CloudGoogle {
  bigQuery: BigQueryDouble;
  read: ReadDouble;
  /** Makes the tables equal to the folder's files. */
  load(root: string): Promise<void>;
  close(): Promise<void>;
}

/** Commands and runs of Glue come as AWS's role, without a key of Google's. */
export const googleAudience =
  "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws/providers/prod";
const principal = "arn:aws:sts::123456789012:assumed-role/shardlift/task";

export async function startCloudGoogle(datasets: readonly string[]): Promise<CloudGoogle> {
  const keys = new Map([[credentials.AWS_ACCESS_KEY_ID, { sessionToken: null, principal }]]);
  const bigQuery = await startBigQueryDouble({ awsProvider: { audience: googleAudience, keys } });
  const read = await startReadDouble(bigQuery.world, bigQuery.tokens);
  bigQuery.world.buckets.set(extractsBucket, { location: "EU", objects: new Map() });
  for (const dataset of datasets) addDataset(bigQuery.world, { project: googleProject, dataset });
  return {
    bigQuery,
    read,
    async load(root) {
      for (const dataset of datasets) {
        await loadFolder(bigQuery.world, { root, project: googleProject, dataset });
      }
    },
    async close() {
      read.close();
      await bigQuery.close();
    },
  };
}
