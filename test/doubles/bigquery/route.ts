/** One request, read and signed in. */
export interface ApiRequest {
  /** Decoded parts of the path that the route's pattern names. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Buffer;
  /** Who asks; empty at token endpoints. */
  principal: string;
}

export type ApiAnswer =
  | { json: object; status?: number; etag?: string }
  | { body: Buffer; status?: number; headers?: Record<string, string> };

export interface Route {
  /** As Google names it: `bigquery.tables.get`. */
  name: string;
  verb: "GET" | "POST" | "DELETE" | "PUT";
  /** With named groups. */
  path: RegExp;
  /** Whether it answers without a token: token endpoints do. */
  open?: true;
  /** Scopes of tokens that it takes; left out: those of BigQuery. */
  scopes?: readonly string[];
  answer(request: ApiRequest): ApiAnswer | Promise<ApiAnswer>;
}

export interface FoundRoute {
  route: Route;
  params: Record<string, string>;
}

export function findRoute(routes: readonly Route[], verb: string, path: string): FoundRoute | null {
  for (const route of routes) {
    const match = route.verb === verb ? route.path.exec(path) : null;
    if (match === null) continue;
    const groups = Object.entries(match.groups ?? {});
    return {
      route,
      params: Object.fromEntries(groups.map(([key, value]) => [key, decodeURIComponent(value)])),
    };
  }
  return null;
}
