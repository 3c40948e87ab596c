import { renderBootstrap, runBootstrap } from "../../adapters/snowflake/bootstrap.ts";
import { buildTrustPolicy, renderNotes, renderSignInNote } from "../../adapters/snowflake/bootstrap-notes.ts";
import type { SnowflakeOptions } from "../../adapters/snowflake/options.ts";
import { readPipelines } from "../../config/read-pipelines.ts";
import { toError } from "../../config/render-issues.ts";
import type { Environment, SnowflakeWarehouse } from "../../config/types.ts";
import { exitCodes, ShardliftError } from "../../errors.ts";
import { createClock } from "../clock.ts";
import type { Io } from "../io.ts";
import { type OpenConfig, withConfig } from "../open-config.ts";
import { loadEnvironment } from "../open-pipeline.ts";
import type { SessionFlags } from "../session.ts";
import { listenForSignals } from "../signals.ts";
import { buildSnowflakeOptions } from "../wiring.ts";

interface BootstrapFlags extends SessionFlags {
  awsRole?: string;
  readers?: string;
  apply?: boolean;
  asUser?: string;
  asRole: string;
}

/** `shardlift bootstrap`: prints what an administrator of Snowflake runs once, or runs it. */
export function run(flags: BootstrapFlags, io: Io): Promise<number> {
  return withConfig(flags, io, (config) => bootstrap(config, flags, io));
}

async function bootstrap({ root, fetchedFrom }: OpenConfig, flags: BootstrapFlags, io: Io): Promise<number> {
  const environment = await loadEnvironment({ ...flags, config: root, fetchedFrom });
  const config = requireSnowflake(environment);
  const schemas = await listSchemas(root, environment);
  const awsRole = checkArn(flags.awsRole);
  const readers = checkReaders(flags.readers);
  const statements = renderBootstrap({ config, awsRole, schemas, readers });
  if (flags.apply) return apply(config, statements, flags, io);
  io.stdout.write(`${statements.map((statement) => `${statement};\n`).join("")}`);
  io.stdout.write(renderNotes(config, awsRole));
  io.stderr.write(
    "Run these as an administrator, or with --apply. The comments after them say what remains: how the user\n" +
      "signs in, and the trust policy of the AWS role (docs/snowflake.md).\n",
  );
  return exitCodes.done;
}

async function apply(
  config: SnowflakeWarehouse,
  statements: readonly string[],
  flags: BootstrapFlags,
  io: Io,
): Promise<number> {
  const { openSession } = await import("../../adapters/snowflake/session.ts");
  const signals = listenForSignals();
  const admin = { ...config, user: flags.asUser ?? config.user, role: flags.asRole };
  const input = { clock: createClock(null), signal: signals.signal, env: io.env, tag: { task: "bootstrap" } };
  const options: SnowflakeOptions = buildSnowflakeOptions(input, admin);
  try {
    const session = await openSession(options);
    try {
      const answer = await runBootstrap(session, statements, (statement) => {
        io.stderr.write(`done: ${statement.split("\n", 1)[0]}\n`);
      });
      io.stderr.write(`${renderSignInNote(config)}\n-- The trust policy of ${flags.awsRole}:\n`);
      io.stdout.write(`${JSON.stringify(buildTrustPolicy(answer), null, 2)}\n`);
      return exitCodes.done;
    } finally {
      await session.end();
    }
  } finally {
    signals.stop();
  }
}

function requireSnowflake({ warehouse, file }: Environment): SnowflakeWarehouse {
  if (warehouse.type === "snowflake") return warehouse;
  throw new ShardliftError("usage", {
    failed: "There is nothing to bootstrap in this environment.",
    rule: "bootstrap is for a warehouse of type snowflake",
    received: `${file}: warehouse of type ${warehouse.type}`,
    remedy: "name another environment: --environment prod",
  });
}

async function listSchemas(root: string, environment: Environment): Promise<string[]> {
  const { pipelines, issues } = await readPipelines(root, environment);
  if (issues.length > 0) throw toError(issues);
  const names = pipelines.flatMap(({ families }) => families.map(({ table }) => table.schema.toUpperCase()));
  return [...new Set(names)].sort();
}

function checkArn(text: string | undefined): string {
  if (text !== undefined && /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(text)) return text;
  throw new ShardliftError("usage", {
    failed: "--aws-role names no role.",
    rule: "the ARN of the AWS role that Snowflake takes to read the lake",
    received: text ?? "no --aws-role",
    remedy: "write --aws-role arn:aws:iam::123456789012:role/shardlift-snowflake",
  });
}

function checkReaders(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^[A-Za-z_][A-Za-z0-9_$]{0,254}$/.test(text)) return text;
  throw new ShardliftError("usage", {
    failed: "--readers names no role.",
    rule: "letters a-z, digits, underscores and $",
    received: text,
    remedy: "write --readers ANALYST",
  });
}
