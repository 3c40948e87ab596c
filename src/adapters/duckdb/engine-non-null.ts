import type { Column } from "../../days/schema.ts";
import type { Places, RecipeSession } from "./engine-session.ts";
import type { WrittenFile } from "./engine-write.ts";

/** Rows with a value per top-level column: from the footers where they can tell, else counted. */
export async function readNonNull(
  session: RecipeSession,
  columns: readonly Column[],
  files: readonly WrittenFile[],
  places: Places,
): Promise<Record<string, number>> {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const counted: Record<string, number> = {};
  for (const [index, column] of columns.entries()) {
    const nulls = findNulls(column, files);
    counted[column.name] = nulls === null ? await count(session, index, places) : rows - nulls;
  }
  return counted;
}

async function count(session: RecipeSession, index: number, places: Places): Promise<number> {
  const [row] = await session.runOne("non_null", index, places);
  return Number(row?.non_null);
}

/** null where footers cannot tell: they know leaves only, and a null member does not make its struct null. */
function findNulls(column: Column, files: readonly WrittenFile[]): number | null {
  if (column.mode === "REPEATED") return null;
  const path = `"${column.name.replaceAll('"', '""')}"`;
  if (column.type === "RECORD") return files.every((file) => hasFullMember(column, path, file)) ? 0 : null;
  const nulls = files.map((file) => (file.rows === 0 ? 0n : file.nulls.get(path)));
  return nulls.some((value) => value === undefined)
    ? null
    : Number(nulls.reduce((sum, value) => sum! + value!, 0n));
}

/** Where one member is never null, its struct is not either. */
function hasFullMember(column: Column, path: string, file: WrittenFile): boolean {
  if (file.rows === 0) return true;
  return (column.fields ?? []).some((field) => {
    const inner = `${path}."${field.name.replaceAll('"', '""')}"`;
    if (field.mode === "REPEATED") return false;
    return field.type === "RECORD" ? hasFullMember(field, inner, file) : file.nulls.get(inner) === 0n;
  });
}
