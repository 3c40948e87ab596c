/** Where the lake lies on S3. */
export interface LakePlace {
  bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  prefix: string;
}

/** @param prefix lake prefix that ends in `/` @returns `s3://bucket/lake/web-shop/…/` */
export function renderLocation({ bucket, prefix: root }: LakePlace, prefix: string): string {
  return `s3://${bucket}/${root === "" ? "" : `${root}/`}${prefix}`;
}

/**
 * The way back. Whoever wrote the location may have left the last slash away, or have taken Hadoop's `s3a` for `s3`.
 * @returns the lake prefix with a `/` behind; null where the place is outside the lake
 */
export function parseLocation(lake: LakePlace, location: string): string | null {
  const normal = `${location.replace(/^s3[an]:/, "s3:").replace(/\/+$/, "")}/`;
  const root = renderLocation(lake, "");
  return normal.startsWith(root) && normal !== root ? normal.slice(root.length) : null;
}
