/** Which role carries a permission, where it is granted, and how: in the words of the console and of gcloud. */
interface Grant {
  permissions: readonly string[];
  role: string;
  title: string;
  on: "dataset" | "project" | "bucket" | "service account";
}

const grants: readonly Grant[] = [
  {
    permissions: [
      "bigquery.tables.list",
      "bigquery.tables.get",
      "bigquery.tables.getData",
      "bigquery.tables.export",
      "bigquery.datasets.get",
    ],
    role: "roles/bigquery.dataViewer",
    title: "BigQuery Data Viewer",
    on: "dataset",
  },
  {
    permissions: ["bigquery.jobs.create", "bigquery.jobs.get"],
    role: "roles/bigquery.jobUser",
    title: "BigQuery Job User",
    on: "project",
  },
  {
    permissions: ["bigquery.readsessions.create", "bigquery.readsessions.getData"],
    role: "roles/bigquery.readSessionUser",
    title: "BigQuery Read Session User",
    on: "project",
  },
  {
    permissions: [
      "storage.objects.create",
      "storage.objects.list",
      "storage.objects.get",
      "storage.objects.delete",
    ],
    role: "roles/storage.objectAdmin",
    title: "Storage Object Admin",
    on: "bucket",
  },
  {
    permissions: ["iam.serviceAccounts.getAccessToken"],
    role: "roles/iam.serviceAccountTokenCreator",
    title: "Service Account Token Creator",
    on: "service account",
  },
  {
    permissions: ["serviceusage.services.use"],
    role: "roles/serviceusage.serviceUsageConsumer",
    title: "Service Usage Consumer",
    on: "project",
  },
];

export interface GrantPlace {
  dataset: string;
  /** That holds the dataset. */
  project: string;
  /** That is billed. */
  billed: string;
  /** Who asks; null where nobody knows. */
  principal: string | null;
}

/** What to click so that the permission is there. */
export function renderGrant(permission: string, place: GrantPlace): string {
  const grant = grants.find(({ permissions }) => permissions.includes(permission));
  const who = place.principal ?? "the one who signs in";
  if (grant === undefined) return `grant ${permission} to ${who}: in the console, IAM & Admin > IAM`;
  const what = `"${grant.title}" (${grant.role})`;
  switch (grant.on) {
    case "dataset":
      return `grant ${who} ${what} on the dataset: in the console, BigQuery > ${place.project} > ${place.dataset} > Share > Manage permissions > Add principal`;
    case "project":
      return `grant ${who} ${what} on the project ${place.billed}: in the console, IAM & Admin > IAM > Grant access; or correct source.project, where another one is to be billed`;
    case "bucket":
      return `grant ${who} ${what} on the bucket of source.extracts: in the console, Cloud Storage > Buckets > the bucket > Permissions > Grant access`;
    case "service account":
      return `grant ${who} ${what} on the service account: in the console, IAM & Admin > Service Accounts > Principals with access > Grant access`;
    default:
      return grant.on satisfies never;
  }
}
