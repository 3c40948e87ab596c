import { unknownObject } from "../errors.ts";
import { completeName, parseName, printName } from "../model/names.ts";
import { buildColumn, typeIds } from "../protocol/replies.ts";
import { parseText } from "../sql/tokens.ts";
import {
  ddl,
  done,
  type Handler,
  metadataOnly,
  type Recognised,
  readName,
  type StatementKind,
} from "./context.ts";
import { readStagePath, readTexts } from "./copy.ts";
import { tableStatements } from "./tables.ts";

const readPlain = (recognised: Recognised, place: string) => printName(parseName(recognised.places[place]!)!);

/** Makes what is not there; what is there stays as it is. */
const createIn =
  (place: "databases" | "roles" | "users", name: string): Handler =>
  async (recognised) => {
    recognised.world.account[place].add(readPlain(recognised, name));
    return done();
  };

const createIntegration: Handler = async (recognised) => {
  const { integrations } = recognised.world.account;
  const { role_arn, locations } = recognised.places;
  const name = readPlain(recognised, "integration");
  const made = { roleArn: parseText(role_arn!), locations: readTexts(locations!) };
  if (!integrations.has(name)) integrations.set(name, made);
  return done(`Integration ${name} successfully created.`);
};

const createWarehouse: Handler = async (recognised) => {
  const { warehouses } = recognised.world.account;
  const name = readPlain(recognised, "warehouse");
  if (!warehouses.has(name)) warehouses.set(name, "available");
  return done();
};

const createStage: Handler = async (recognised) => {
  const { world, places } = recognised;
  const name = completeName(places.stage!, recognised.client.session);
  if (world.catalog.find(name, "stage")) return done(`${name[2]} already exists, statement succeeded.`);
  const integration = readPlain(recognised, "integration");
  if (!world.account.integrations.has(integration)) throw unknownObject("Integration", integration);
  const url = parseText(places.url!).replace(/\/?$/, "/");
  await world.inTurn(async () => world.catalog.put({ kind: "stage", name, url, integration }));
  return done(`Stage area ${name[2]} successfully created.`);
};

const createFormat: Handler = async (recognised) => {
  const { world, places } = recognised;
  const name = completeName(places.format!, recognised.client.session);
  await world.inTurn(async () => world.catalog.put({ kind: "file format", name }));
  return done(`File format ${name[2]} successfully created.`);
};

/** Privileges are not modelled; that what is granted is there is. */
const grant =
  (
    kind: "database" | "schema" | "stage" | "file format" | "integration" | "warehouse" | "user",
    place: string,
  ): Handler =>
  async (recognised) => {
    const { world, places } = recognised;
    for (const role of ["role", "readers"]) {
      if (places[role] !== undefined && !world.account.roles.has(readPlain(recognised, role)))
        throw unknownObject("Role", readPlain(recognised, role));
    }
    if (!isThere(recognised, kind, places[place]!)) throw unknownObject(kind, places[place]!);
    return done();
  };

function isThere(recognised: Recognised, kind: string, text: string): boolean {
  const { account, catalog } = recognised.world;
  const name = printName(parseName(text)!);
  if (kind === "user") return account.users.has(name);
  if (kind === "database") return account.databases.has(name);
  if (kind === "integration") return account.integrations.has(name);
  if (kind === "warehouse") return account.warehouses.has(name);
  if (kind === "schema") {
    const [schema, database = recognised.client.session.database] = parseName(text)!.reverse();
    return catalog.schemas.has(JSON.stringify([database, schema]));
  }
  return catalog.find(readName(recognised, text), kind === "stage" ? "stage" : "file format") !== null;
}

/** The two values that go into the trust policy of the AWS role. */
const describeIntegration: Handler = async (recognised) => {
  const name = readPlain(recognised, "integration");
  const found = recognised.world.account.integrations.get(name);
  if (found === undefined) throw unknownObject("Integration", name);
  const columns = ["property", "property_type", "property_value", "property_default"].map((one) =>
    buildColumn(one),
  );
  const rows = [
    ["ENABLED", "Boolean", "true", "false"],
    ["STORAGE_PROVIDER", "String", "S3", ""],
    ["STORAGE_ALLOWED_LOCATIONS", "List", found.locations.join(","), "[]"],
    ["STORAGE_AWS_ROLE_ARN", "String", found.roleArn, ""],
    ["STORAGE_AWS_IAM_USER_ARN", "String", "arn:aws:iam::123456789001:user/abc1-b-self1234", ""],
    ["STORAGE_AWS_EXTERNAL_ID", "String", `DOUBLE_SFCRole=2_${name}=`, ""],
  ];
  return { columns, rows, typeId: typeIds.show };
};

const listStage: Handler = async (recognised) => {
  const { stage, prefix } = readStagePath(recognised, recognised.places.stage!);
  const files = await recognised.world.storage.list(stage.url + prefix);
  const columns = [
    buildColumn("name"),
    buildColumn("size", "fixed"),
    buildColumn("md5"),
    buildColumn("last_modified"),
  ];
  const rows = files.map(({ url, bytes, etag, modifiedMs }) => [
    url,
    String(bytes),
    etag,
    new Date(modifiedMs).toUTCString(),
  ]);
  return { columns, rows, typeId: typeIds.show };
};

export const bootstrapStatements: Record<string, StatementKind> = {
  "bootstrap/create-database": ddl(createIn("databases", "database")),
  "bootstrap/create-file-format": ddl(createFormat),
  "bootstrap/create-integration": ddl(createIntegration),
  "bootstrap/create-role": ddl(createIn("roles", "role")),
  "bootstrap/create-schema": tableStatements["create-schema"]!,
  "bootstrap/create-stage": ddl(createStage),
  "bootstrap/create-user": ddl(createIn("users", "user")),
  "bootstrap/create-warehouse": ddl(createWarehouse),
  "bootstrap/describe-integration": metadataOnly(describeIntegration),
  "bootstrap/grant-database": ddl(grant("database", "database")),
  "bootstrap/grant-file-format": ddl(grant("file format", "format")),
  "bootstrap/grant-integration": ddl(grant("integration", "integration")),
  "bootstrap/grant-readers": ddl(grant("schema", "schema")),
  "bootstrap/grant-readers-database": ddl(grant("database", "database")),
  "bootstrap/grant-readers-present": ddl(grant("schema", "schema")),
  "bootstrap/grant-readers-schema": ddl(grant("schema", "schema")),
  "bootstrap/grant-role": ddl(grant("user", "user")),
  "bootstrap/grant-schema": ddl(grant("schema", "schema")),
  "bootstrap/grant-stage": ddl(grant("stage", "stage")),
  "bootstrap/grant-warehouse": ddl(grant("warehouse", "warehouse")),
  "bootstrap/list-stage": metadataOnly(listStage),
  "bootstrap/set-identity": ddl(grant("user", "user")),
  "bootstrap/set-public-key": ddl(grant("user", "user")),
};
