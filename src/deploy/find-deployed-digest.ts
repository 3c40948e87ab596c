/**
 * The digest of the configuration that a deployed manifest of DAGs names.
 * @param manifest as it is there; null where it is not
 * @param place where configurations are deployed to, `s3://bucket/prefix/`
 * @returns null where it names none at that place
 */
export function findDeployedDigest(manifest: Uint8Array | null, place: string): string | null {
  if (manifest === null) return null;
  const address = readAddress(new TextDecoder().decode(manifest));
  const [, digest] = address?.startsWith(place)
    ? (/^([0-9a-f]{64})\/?$/.exec(address.slice(place.length)) ?? [])
    : [];
  return digest ?? null;
}

/** Whatever stands there is replaced anyway. */
function readAddress(text: string): string | null {
  try {
    const address = JSON.parse(text)?.runner?.variables?.SHARDLIFT_CONFIG;
    return typeof address === "string" ? address : null;
  } catch {
    return null;
  }
}
