/** As IAM decides, without conditions on anything but who asks: enough to see whether a right is there. */

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** A policy as it stands in a template. */
export type Document = { Statement: Statement[] };

export interface Request {
  action: string;
  /** May end in a star: then all that it stands for is asked for. */
  resource: string;
  /** ARN of the role. */
  principal: string;
}

/** Allowed by one of the policies and denied by none. */
export function isAllowed(request: Request, documents: readonly Document[]): boolean {
  const matching = documents.flatMap(({ Statement }) => Statement).filter((one) => fits(one, request));
  const isDenied = matching.some(({ Effect }) => Effect === "Deny");
  return !isDenied && matching.some(({ Effect }) => Effect === "Allow");
}

function fits({ Action, Resource, Condition }: Statement, { action, resource, principal }: Request): boolean {
  const isMeant = [Action].flat().some((one) => covers(one, action));
  const isThere = [Resource].flat().some((one) => typeof one === "string" && covers(one, resource));
  const { ArnNotEquals, Bool, NumericLessThan } = Condition ?? {};
  // Requests come by the TLS that AWS's clients speak.
  if (Bool !== undefined || NumericLessThan !== undefined) return false;
  return isMeant && isThere && ArnNotEquals?.["aws:PrincipalArn"] !== principal;
}

/** `*` stands for anything, slashes too. */
export function covers(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
