import type { Partition as GluePartition } from "@aws-sdk/client-glue";
import type { TypeDifference } from "../../ports.ts";
import { type HiveMember, type HiveType, renderHiveType } from "./hive-types.ts";
import { type LakePlace, parseLocation } from "./locations.ts";
import { readColumns } from "./table-input.ts";

/**
 * Where the crawler read another type out of a folder's files than the readers' table declares for it; each once, and
 * named by the member that differs. What the files lack is null to whoever reads them, and no difference.
 */
export function compareTypes(
  lake: LakePlace,
  readers: readonly GluePartition[],
  crawled: readonly GluePartition[],
): TypeDifference[] {
  const declared = new Map(readers.map((partition) => [folderOf(lake, partition), partition]));
  const found = new Map<string, TypeDifference>();
  for (const partition of crawled) {
    const ours = declared.get(folderOf(lake, partition));
    if (ours === undefined) continue;
    const columns = [ours, partition].map(({ StorageDescriptor }) => readColumns(StorageDescriptor));
    for (const one of compareMembers(columns[0]!, columns[1]!, [])) found.set(JSON.stringify(one), one);
  }
  return [...found.values()].sort((a, b) => (a.column < b.column ? -1 : 1));
}

function folderOf(lake: LakePlace, { StorageDescriptor }: GluePartition): string | null {
  return parseLocation(lake, StorageDescriptor?.Location ?? "");
}

function compareMembers(
  ours: readonly HiveMember[],
  crawlers: readonly HiveMember[],
  above: readonly string[],
): TypeDifference[] {
  const declared = new Map(ours.map(({ name, type }) => [name, type]));
  return crawlers.flatMap(({ name, type }) => {
    const path = [...above, name];
    const own = declared.get(name);
    if (own !== undefined) return compareType(own, type, path);
    return [{ column: path.join("."), ours: null, crawlers: renderShort(type) }];
  });
}

function compareType(ours: HiveType, crawlers: HiveType, path: readonly string[]): TypeDifference[] {
  if (ours.kind === "array" && crawlers.kind === "array")
    return compareType(ours.element, crawlers.element, path);
  if (ours.kind === "struct" && crawlers.kind === "struct")
    return compareMembers(ours.members, crawlers.members, path);
  const [own, theirs] = [renderShort(ours), renderShort(crawlers)];
  return own === theirs ? [] : [{ column: path.join("."), ours: own, crawlers: theirs }];
}

/** A struct's members, which may be hundreds, are not what differs. */
function renderShort(type: HiveType): string {
  switch (type.kind) {
    case "scalar":
      return renderHiveType(type);
    case "array":
      return `array<${renderShort(type.element)}>`;
    case "struct":
      return "struct";
    default:
      return type satisfies never;
  }
}
