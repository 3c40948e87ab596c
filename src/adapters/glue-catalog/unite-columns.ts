import { type HiveMember, type HiveType, renderHiveType } from "./hive-types.ts";

/** What a table must become so that both the partitions it has and those that come fit. */
export interface UnitedColumns {
  /** Existing columns in their order, then the new ones in theirs: Athena may go by position. */
  columns: HiveMember[];
  hasNew: boolean;
  /** Whether a struct gained members: partitions that have the column without them lag behind. */
  hasNestedGrowth: boolean;
  /** As `device.category: string here, bigint wanted`; where there is one, nothing may be applied. */
  conflicts: string[];
}

/**
 * Compares the columns a table has with those that are wanted. Pure. No type widens: Athena's list of types that may
 * follow one another in Parquet has none of those that our files have.
 */
export function uniteColumns(existing: readonly HiveMember[], wanted: readonly HiveMember[]): UnitedColumns {
  const united: UnitedColumns = { columns: [], hasNew: false, hasNestedGrowth: false, conflicts: [] };
  united.columns = uniteMembers(existing, wanted, [], united);
  return united;
}

function uniteMembers(
  existing: readonly HiveMember[],
  wanted: readonly HiveMember[],
  above: readonly string[],
  united: UnitedColumns,
): HiveMember[] {
  const members = new Map(existing.map(({ name, type }) => [name, type]));
  for (const { name, type } of wanted) {
    const before = members.get(name);
    if (before === undefined) {
      united.hasNew = true;
      if (above.length > 0) united.hasNestedGrowth = true;
      members.set(name, type);
    } else members.set(name, uniteType(before, type, [...above, name], united));
  }
  return [...members].map(([name, type]) => ({ name, type }));
}

function uniteType(
  before: HiveType,
  after: HiveType,
  path: readonly string[],
  united: UnitedColumns,
): HiveType {
  if (before.kind === "array" && after.kind === "array") {
    return { kind: "array", element: uniteType(before.element, after.element, path, united) };
  }
  if (before.kind === "struct" && after.kind === "struct") {
    return { kind: "struct", members: uniteMembers(before.members, after.members, path, united) };
  }
  const [here, there] = [renderHiveType(before), renderHiveType(after)];
  if (here !== there) united.conflicts.push(`${path.join(".")}: ${here} here, ${there} wanted`);
  return before;
}

/**
 * Whether a partition has a column without members that the table's has: Athena compares both types. A column that the
 * partition lacks as a whole is null there, and no fault.
 */
export function lacksMembers(partition: readonly HiveMember[], table: readonly HiveMember[]): boolean {
  const known = new Map(partition.map(({ name, type }) => [name, type]));
  const shared = table.filter(({ name }) => known.has(name));
  return uniteColumns(
    shared.map(({ name }) => ({ name, type: known.get(name)! })),
    shared,
  ).hasNestedGrowth;
}
