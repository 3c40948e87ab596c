import type { BigQuerySource } from "../../../config/types.ts";
import type { AuthClient } from "../driver.ts";

/** What follows the pool's name is the role's ARN, which AWS alone knows: `shardlift doctor` shows it. */
const roleMember = "attribute.aws_role/<ARN of the AWS role>";

/**
 * Who is signed in, in the words in which Google's console takes a principal.
 * @returns null where nobody can tell: what a machine is signed in with may be a person
 */
export function readPrincipal({ auth, impersonate }: BigQuerySource, signedIn: AuthClient): string | null {
  if (impersonate !== null) return impersonate;
  if (auth.type === "workload_identity") return renderPoolMember(auth.audience);
  const { email } = signedIn as { email?: unknown };
  return typeof email === "string" ? email : null;
}

function renderPoolMember(audience: string): string {
  const pool = audience.replace(/^\/\//, "").replace(/\/providers\/[^/]*$/, "");
  return `principalSet://${pool}/${roleMember}`;
}
