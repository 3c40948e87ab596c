import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseExitCode, type DoctorStep, examine } from "../../tasks/doctor.ts";
import { probeRow } from "../../tasks/doctor-engine.ts";
import { examineCloud } from "../examine-cloud.ts";
import type { Io } from "../io.ts";
import { readSecret } from "../read-secret.ts";
import type { Session, SessionFlags } from "../session.ts";
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
  for await (const step of examineCloud(context, io.env)) show(step);
  // They would sign in, or fail, again, and be as long about it, as often as calls are repeated.
  const faults = {
    sourceFault: findFault(steps, ["google", "list"]),
    warehouseFault: findFault(steps, ["sign-in"]),
  };
  const probed = { probePath, probeBytes: probe.length };
  const machineClock = flags.now === undefined ? ports.clock : null;
  const input = { pipeline, ports, signal, machineClock, ...probed, readSecret: readKey, ...faults };
  for await (const step of examine(input)) show(step);
  const ok = steps.every((step) => step.ok);
  if (flags.json) io.stdout.write(`${JSON.stringify({ ok, steps })}\n`);
  return chooseExitCode(steps);
}

/** Which of the steps that another one stands on has failed; null: none. */
function findFault(steps: readonly { step: string; ok: boolean }[], names: readonly string[]): string | null {
  const failed = steps.find(({ step, ok }) => !ok && names.includes(step));
  return failed === undefined ? null : `not tried: ${failed.step} failed`;
}
