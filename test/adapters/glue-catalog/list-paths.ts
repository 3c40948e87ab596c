import type { HiveMember } from "../../../src/adapters/glue-catalog/hive-types.ts";

/** Columns and members by path: `device.category`. */
export function listPaths(members: readonly HiveMember[], above = ""): string[] {
  return members.flatMap(({ name, type }) => {
    const element = type.kind === "array" ? type.element : type;
    const below = element.kind === "struct" ? listPaths(element.members, `${above}${name}.`) : [];
    return [`${above}${name}`, ...below];
  });
}
