import { ShardliftError } from "../../errors.ts";
import { type ExaminedStep, skipStep, tryStep } from "../examine-step.ts";
import { nameObject, nameQualified } from "./names.ts";
import type { SnowflakeOptions } from "./options.ts";
import { openSession, type Session } from "./session.ts";
import { renderBootstrapSql, renderSnowflakeSql } from "./sql.ts";

/** Tries sign-in, warehouse, database, stage and integration; whatever fails says which grant is missing. */
export async function* examineSnowflake(options: SnowflakeOptions): AsyncGenerator<ExaminedStep> {
  let session: Session | null = null;
  const { config, signal } = options;
  const openOne = async () => {
    session = await openSession(options);
    return `account ${config.account} as ${config.user}, by ${config.auth.type}`;
  };
  yield await tryStep("sign-in", openOne, signal);
  const looks = listLooks(options);
  if (session === null) {
    for (const [step] of looks) yield skipStep(step, "sign-in failed");
    return;
  }
  try {
    for (const [step, look] of looks) yield await tryStep(step, () => look(session!), signal);
  } finally {
    await (session as Session).end();
  }
}

type Look = (session: Session) => Promise<string>;

function listLooks({ config }: SnowflakeOptions): [string, Look][] {
  const run = (session: Session, sql: string, what: string) =>
    session.run(sql, { failed: `${what} cannot be used.` });
  const stage = `@${nameQualified(config.stage).sql}`;
  return [
    [
      "virtual",
      async (session) => {
        await run(
          session,
          renderSnowflakeSql("use-warehouse", { warehouse: nameObject(config.warehouse) }),
          `The warehouse ${config.warehouse}`,
        );
        return `the warehouse ${config.warehouse} can be used`;
      },
    ],
    [
      "stage",
      async (session) => {
        const sql = renderBootstrapSql("list-stage", { stage: { sql: `${stage}/_doctor/nothing/` } });
        const files = await run(session, sql, `The stage ${config.stage}`);
        return `${config.stage} can be listed (${files.length} files in a folder that has none)`;
      },
    ],
    [
      "trust",
      async (session) => {
        const sql = renderBootstrapSql("describe-integration", {
          integration: nameObject(config.integration),
        });
        const rows = await run(session, sql, `The integration ${config.integration}`);
        const told = (name: string) => rows.find((row) => row.property === name)?.property_value ?? "nothing";
        const url = told("STORAGE_ALLOWED_LOCATIONS");
        if (!url.split(",").some((place) => place === "*" || config.lakeUrl.startsWith(place.trim()))) {
          throw buildElsewhereError(config, url);
        }
        return `${config.integration} allows ${url}, with AWS role ${told("STORAGE_AWS_ROLE_ARN")}`;
      },
    ],
  ];
}

function buildElsewhereError({ integration, lakeUrl }: SnowflakeOptions["config"], url: string) {
  return new ShardliftError("config", {
    failed: `The integration ${integration} does not allow the lake.`,
    rule: "STORAGE_ALLOWED_LOCATIONS of the integration holds warehouse.lake_url, or what it lies in",
    received: `${integration} allows ${url}, not ${lakeUrl}`,
    remedy: `ALTER STORAGE INTEGRATION ${integration} SET STORAGE_ALLOWED_LOCATIONS = ('${lakeUrl}'), those of others beside it`,
  });
}
