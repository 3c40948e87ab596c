import type { Job as GlueJob, JobUpdate } from "@aws-sdk/client-glue";
import type { FieldDifference } from "../../ports.ts";
import { flattenDefinition } from "./flatten-definition.ts";
import { definitionArgument, hashDefinition } from "./job-definition.ts";

/** Field by field, in the order of their names; what the hash of all of it says is no field of its own. Pure. */
export function compareDefinitions(is: GlueJob, ought: JobUpdate): FieldDifference[] {
  return compareFields(flattenDefinition(is), flattenDefinition(ought));
}

/** Tags that AWS itself sets are not ours to judge. */
export function compareTags(
  is: Readonly<Record<string, string>>,
  ought: Readonly<Record<string, string>>,
): FieldDifference[] {
  const own = Object.entries(is).filter(([name]) => !name.startsWith("aws:"));
  return compareFields(new Map(own), new Map(Object.entries(ought)));
}

function compareFields(
  is: ReadonlyMap<string, string>,
  ought: ReadonlyMap<string, string>,
): FieldDifference[] {
  const names = [...new Set([...is.keys(), ...ought.keys()])].sort();
  return names
    .map((name) => ({ name, is: is.get(name) ?? null, ought: ought.get(name) ?? null }))
    .filter((field) => field.is !== field.ought);
}

/** Whether the job is not as any release of ours has left it. */
export function isEditedByHand(is: GlueJob): boolean {
  return is.DefaultArguments?.[definitionArgument] !== hashDefinition(is);
}
