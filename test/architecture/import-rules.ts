import type { Import, Source } from "./read-sources.ts";

/**
 * Who may import whom: cli → tasks → plan, lake, sql → days; cli → runs → lake; cli → dags → days; cli → deploy → lake. What is not here is refused. `errors.ts` and the types
 * of `ports.ts` and `config/types.ts` are open to all.
 */
const layers: Record<string, { may: readonly string[]; types?: readonly string[] }> = {
  errors: { may: [] },
  days: { may: [] },
  ports: { may: [], types: ["days", "sql"] },
  config: { may: ["days"] },
  sql: { may: ["days"] },
  lake: { may: ["days"] },
  runs: { may: ["lake", "sql", "days"] },
  plan: { may: ["days"], types: ["lake"] },
  generate: { may: ["days", "sql"] },
  dags: { may: ["config", "days"], types: ["plan"] },
  deploy: { may: ["plan", "lake"] },
  tasks: { may: ["plan", "lake", "sql", "days"] },
  adapters: { may: ["lake", "sql", "days", "config", "generate"] },
  cli: {
    may: ["tasks", "runs", "dags", "deploy", "adapters", "generate", "config", "plan", "lake", "sql", "days"],
  },
  index: { may: ["cli", "tasks", "config", "plan", "lake", "sql", "days", "ports"] },
};

/** SDKs of vendors, by the beginning of the package's name, and the only folders that may know them. */
const vendors: Record<string, readonly string[]> = {
  "@duckdb/": ["src/adapters/duckdb/"],
  "@google-cloud/": ["src/adapters/bigquery/"],
  "google-auth-library": ["src/adapters/bigquery/"],
  "@aws-sdk/credential-provider-node": ["src/adapters/bigquery/"],
  "@aws-sdk/": [
    "src/adapters/s3/",
    "src/adapters/glue/",
    "src/adapters/glue-catalog/",
    "src/adapters/secrets-manager/",
    "src/adapters/sts/",
  ],
  "@smithy/": ["src/adapters/s3/", "src/adapters/glue/"],
  "snowflake-sdk": ["src/adapters/snowflake/"],
};

export function findLayerBreaks(sources: readonly Source[]): string[] {
  return findImports(sources, ({ path }, to) => {
    if (!to.to.startsWith("src/")) return false;
    const [from, target] = [readLayer(path), readLayer(to.to)];
    return from !== target && !isAllowed(from, target, to);
  });
}

function isAllowed(from: string, target: string, { to, kind }: Import): boolean {
  if (to === "src/errors.ts") return true;
  if (kind === "type" && (to === "src/ports.ts" || to === "src/config/types.ts")) return true;
  const layer = layers[from];
  if (layer === undefined) return false;
  return layer.may.includes(target) || (kind === "type" && (layer.types ?? []).includes(target));
}

/** `src/days/day.ts` is in `days`, `src/cli.ts` in `cli`. */
function readLayer(path: string): string {
  return path.split("/")[1]!.replace(/\.ts$/, "");
}

export function findVendorBreaks(sources: readonly Source[]): string[] {
  return findImports(sources, ({ path }, { to }) => {
    const vendor = Object.keys(vendors).find((name) => to.startsWith(name));
    return vendor !== undefined && !vendors[vendor]!.some((folder) => path.startsWith(folder));
  });
}

/** Re-exports hide where things live; only the package's own front door has them. */
export function findBarrels(sources: readonly Source[]): string[] {
  return findImports(sources, ({ path }, { kind }) => kind === "re-export" && path !== "src/index.ts");
}

/** Packages that sources import but package.json does not list, and the other way round. */
export function findPackageGaps(sources: readonly Source[], listed: readonly string[]): string[] {
  const used = new Set(
    sources.flatMap(({ imports }) =>
      imports.map(({ to }) => readPackage(to)).filter((name) => name !== null),
    ),
  );
  return [
    ...[...used].filter((name) => !listed.includes(name)).map((name) => `${name} is imported, not listed`),
    ...listed.filter((name) => !used.has(name)).map((name) => `${name} is listed, not imported`),
  ];
}

function readPackage(name: string): string | null {
  if (/^(node:|src\/|test\/|bench\/|scripts\/|\.)/.test(name)) return null;
  return name.split("/", name.startsWith("@") ? 2 : 1).join("/");
}

/**
 * Each cycle once, as the path that leads round. Imports of types count: they tie files together just as well.
 * Lazy ones do not: they run when both files are long there.
 */
export function findCycles(sources: readonly Source[]): string[] {
  const targets = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.filter(({ kind }) => kind !== "lazy").map(({ to }) => to),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (trail.includes(path) || done.has(path)) return;
    for (const to of targets.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return cycles;
}

function findImports(sources: readonly Source[], isBreak: (source: Source, to: Import) => boolean): string[] {
  return sources.flatMap((source) =>
    source.imports.filter((to) => isBreak(source, to)).map(({ to }) => `${source.path} imports ${to}`),
  );
}
