/** Regions in Europe that BigQuery's EU has no storage in. */
const outsideEu = ["europe-west2", "europe-west6"];

/**
 * Whether a dataset can be extracted to a bucket. Regions have a dash in their codes, multi-regions are EU, US and ASIA;
 * what else there is are pairs of regions, which the documentation says too little of to refuse one.
 */
export function fitsDataset(bucket: string, dataset: string): "yes" | "no" | "unknown" {
  const [to, from] = [bucket.toLowerCase(), dataset.toLowerCase()];
  if (to === from || from === "us") return "yes";
  if (!isRegion(to) && !["eu", "us", "asia"].includes(to)) return "unknown";
  if (from !== "eu" || !to.startsWith("europe-")) return "no";
  return outsideEu.includes(to) ? "unknown" : "yes";
}

function isRegion(location: string): boolean {
  return location.includes("-");
}
