/** What Google's API said was wrong, as far as it said. */
export interface ApiFault {
  /** HTTP status. */
  status: number;
  /** `notFound`, `rateLimitExceeded`; null where it was not the API that answered (a proxy, a load balancer). */
  reason: string | null;
  message: string;
}

interface GoogleError {
  code?: unknown;
  message?: unknown;
  errors?: { reason?: unknown; message?: unknown }[];
}

/** Reads what the client package threw. @returns null where no answer of HTTP stands behind it */
export function readApiFault(error: unknown): ApiFault | null {
  const { code, message, errors } = (error ?? {}) as GoogleError;
  if (typeof code !== "number" || code < 300 || code > 599) return null;
  const [first] = Array.isArray(errors) ? errors : [];
  const reason = typeof first?.reason === "string" ? first.reason : null;
  const text = typeof first?.message === "string" ? first.message : message;
  return { status: code, reason, message: oneLine(String(text ?? "")) };
}

/** Texts of others in a message of ours: one line, and no longer than it takes. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 500);
}

/** Permission that the API says is missing. */
export function readPermission({ message }: ApiFault): string | null {
  return /[Pp]ermission '?([a-z]+(?:\.[A-Za-z]+){2,3})'?/.exec(message)?.[1] ?? null;
}

/** Whether the API itself says that there is no such table: a 404 of anybody else says nothing. */
export function isMissingTable(error: unknown): boolean {
  const fault = readApiFault(error);
  return fault?.status === 404 && fault.reason === "notFound" && /^Not found: Table\b/.test(fault.message);
}

/** Whether the access token was not taken. */
export function isUnauthorized(error: unknown): boolean {
  return readApiFault(error)?.status === 401;
}
