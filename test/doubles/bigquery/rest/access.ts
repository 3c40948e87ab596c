import { ApiFault, denyAccess } from "../errors.ts";
import type { BigQueryWorld } from "../world.ts";

/** @param resource `Dataset p:d`, `Table p:d.t`, `Project p` @throws ApiFault 403 */
export function requirePermission(world: BigQueryWorld, permission: string, resource: string): void {
  const [, name = ""] = resource.split(" ");
  if (!isGranted(world, permission, name)) throw denyAccess(permission, resource);
}

/** @param name `p:d`, `p:d.t`, `p`, or a bucket's */
export function isGranted({ denied }: BigQueryWorld, permission: string, name: string): boolean {
  const places = [permission, `${permission} ${name}`, `${permission} ${name.split(".")[0]}`];
  return !places.some((place) => denied.has(place));
}

/** A project that is not there, or where nobody turned BigQuery on. @throws ApiFault 400 */
export function requireProject(world: BigQueryWorld, project: string): void {
  if (world.projects.has(project)) return;
  throw new ApiFault(400, "invalid", `The project ${project} has not enabled BigQuery.`);
}
