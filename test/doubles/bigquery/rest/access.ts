import { ApiFault, denyAccess } from "../errors.ts";
import type { BigQueryWorld } from "../world.ts";

/** @param resource `Dataset p:d`, `Table p:d.t`, `Project p` @throws ApiFault 403 */
export function requirePermission(world: BigQueryWorld, permission: string, resource: string): void {
  const [, name = ""] = resource.split(" ");
  const places = [permission, `${permission} ${name}`, `${permission} ${name.split(".")[0]}`];
  if (places.some((place) => world.denied.has(place))) throw denyAccess(permission, resource);
}

/** A project that is not there, or where nobody turned BigQuery on. @throws ApiFault 400 */
export function requireProject(world: BigQueryWorld, project: string): void {
  if (world.projects.has(project)) return;
  throw new ApiFault(400, "invalid", `The project ${project} has not enabled BigQuery.`);
}
