import type { SnowflakeWarehouse } from "../../config/types.ts";
import { join, type SqlFragment } from "../../sql/render.ts";
import { nameObject, nameQualified } from "./names.ts";
import type { Session } from "./session.ts";
import { literalText, renderBootstrapSql } from "./sql.ts";
import type { Row } from "./statement.ts";

export interface BootstrapInput {
  config: SnowflakeWarehouse;
  /** ARN of the AWS role that Snowflake takes to read the lake. */
  awsRole: string;
  /** Schemas of the pipelines' tables. */
  schemas: readonly string[];
  /** Role that analysts have; null: grants for them are somebody else's. */
  readers: string | null;
}

/** Everything a role needs to load, in order. Running it again changes nothing; nothing is ever replaced. */
export function renderBootstrap({ config, awsRole, schemas, readers }: BootstrapInput): string[] {
  const places = namePlaces(config);
  const { database, stage, format, role, warehouse, integration } = places;
  const render = (name: string, values: Record<string, SqlFragment>) => renderBootstrapSql(name, values);
  return [
    render("create-role", { role }),
    render("create-user", { user: places.user }),
    render("grant-role", { role, user: places.user }),
    render("create-warehouse", { warehouse }),
    render("grant-warehouse", { warehouse, role }),
    render("create-database", { database }),
    render("grant-database", { database, role }),
    ...nameSchemas(config, schemas).flatMap((schema) => [
      render("create-schema", { schema }),
      render("grant-schema", { schema, role }),
    ]),
    render("create-integration", {
      integration,
      role_arn: literalText(awsRole),
      locations: literalText(config.lakeUrl),
    }),
    render("grant-integration", { integration, role }),
    render("create-file-format", { format }),
    render("grant-file-format", { format, role }),
    render("create-stage", { stage, url: literalText(config.lakeUrl), integration }),
    render("grant-stage", { stage, role }),
    ...(readers === null ? [] : renderReaders(config, schemas, readers)),
    renderDescribeIntegration(config),
  ];
}

function namePlaces(config: SnowflakeWarehouse) {
  return {
    database: nameObject(config.database),
    stage: nameQualified(config.stage),
    format: nameQualified(config.fileFormat),
    role: nameObject(config.role),
    user: nameObject(config.user),
    warehouse: nameObject(config.warehouse),
    integration: nameObject(config.integration),
  };
}

/** Those of stage and format, and those of the tables; each once. */
function nameSchemas(config: SnowflakeWarehouse, schemas: readonly string[]): SqlFragment[] {
  const own = [config.stage, config.fileFormat].map((name) => nameQualified(name.replace(/\.[^.]*$/, "")));
  const names = [...own, ...schemas.map((schema) => nameTableSchema(config, schema))];
  return [...new Map(names.map((name) => [name.sql, name])).values()];
}

function nameTableSchema(config: SnowflakeWarehouse, schema: string): SqlFragment {
  return join([nameObject(config.database), nameObject(schema)], ".");
}

function renderReaders(config: SnowflakeWarehouse, schemas: readonly string[], name: string): string[] {
  const readers = nameObject(name);
  const grants = ["grant-readers-schema", "grant-readers-present", "grant-readers"];
  return [
    renderBootstrapSql("grant-readers-database", { database: nameObject(config.database), readers }),
    ...schemas.flatMap((schema) =>
      grants.map((grant) => renderBootstrapSql(grant, { schema: nameTableSchema(config, schema), readers })),
    ),
  ];
}

/** Tells the two values that the AWS role must trust. */
export function renderDescribeIntegration(config: SnowflakeWarehouse): string {
  return renderBootstrapSql("describe-integration", { integration: nameObject(config.integration) });
}

/** Runs the statements one after the other. @returns the answer to the last one: the integration's properties */
export async function runBootstrap(
  session: Session,
  statements: readonly string[],
  onDone: (statement: string) => void,
): Promise<Row[]> {
  let answer: Row[] = [];
  for (const statement of statements) {
    const failed = `This statement of the bootstrap failed: ${statement.split("\n", 1)[0]}`;
    answer = await session.run(statement, { failed });
    onDone(statement);
  }
  return answer;
}
