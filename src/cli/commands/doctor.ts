import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseExitCode, type DoctorStep, examine, probeRow } from "../../tasks/doctor.ts";
import type { Io } from "../io.ts";
import { readSecret } from "../read-secret.ts";
import type { Session, SessionFlags } from "../session.ts";
import { buildSnowflakeOptions } from "../wiring.ts";
import { withSession } from "../with-session.ts";

/** `shardlift doctor`: tries configuration, source, lake, engine and warehouse, and says what to do. */
export function run(flags: SessionFlags, io: Io): Promise<number> {
  // A configuration that cannot be read ends here already, with every problem at its place.
  return withSession({ ...flags, progress: "none" }, io, async (session) => {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-doctor-"));
    try {
      return await showSteps(session, folder, flags, io);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** What the warehouse's own kind of service needs, before the tables are looked at. */
async function* examineWarehouse({ context }: Session, io: Io) {
  const { environment, ports, signal, pipeline } = context;
  if (environment.warehouse.type !== "snowflake") return;
  const { examineSnowflake } = await import("../../adapters/snowflake/examine.ts");
  const tag = { pipeline: pipeline.name, task: "doctor" };
  const options = buildSnowflakeOptions(
    { clock: ports.clock, signal, env: io.env, tag },
    environment.warehouse,
  );
  yield* examineSnowflake(options);
}

async function showSteps(session: Session, folder: string, flags: SessionFlags, io: Io): Promise<number> {
  const { context, paint } = session;
  const { pipeline, environment, ports, signal } = context;
  const probe = `${JSON.stringify(probeRow)}\n`;
  const probePath = join(folder, "probe.jsonl");
  await writeFile(probePath, probe);
  const steps: (Omit<DoctorStep, "step"> & { step: string })[] = [];
  const show = (step: (typeof steps)[number]) => {
    steps.push(step);
    if (flags.json) return;
    const mark = step.ok ? paint("good", "ok    ") : paint("bad", "failed");
    io.stdout.write(
      `${mark} ${step.step.padEnd(9)} ${step.detail.replaceAll("\n", `\n${" ".repeat(15)}`)}\n`,
    );
  };
  show({ step: "config", ok: true, detail: `${environment.file}, ${pipeline.file}` });
  const hashes = pipeline.columns.hash.length > 0;
  const readKey = hashes ? () => readSecret(environment, io.env) : null;
  for await (const step of examineWarehouse(session, io)) show(step);
  // It would sign in again, and be as long about it, as often as calls are repeated.
  const isSignedIn = steps.every(({ step, ok }) => step !== "sign-in" || ok);
  const warehouseFault = isSignedIn ? null : "not tried: sign-in failed";
  const probed = { probePath, probeBytes: probe.length };
  const input = { pipeline, ports, signal, ...probed, readSecret: readKey, warehouseFault };
  for await (const step of examine(input)) show(step);
  const ok = steps.every((step) => step.ok);
  if (flags.json) io.stdout.write(`${JSON.stringify({ ok, steps })}\n`);
  return chooseExitCode(steps);
}
