import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPipelines } from "../../config/read-pipelines.ts";
import { toError } from "../../config/render-issues.ts";
import { chooseExitCode, type DoctorInput, examine, examineFurther } from "../../tasks/doctor.ts";
import { probeRow } from "../../tasks/doctor-engine.ts";
import { examineCloud, examineFurtherCloud } from "../examine-cloud.ts";
import type { Io } from "../io.ts";
import { withConfig } from "../open-config.ts";
import { buildWhichError, loadEnvironment } from "../open-pipeline.ts";
import { readSecret } from "../read-secret.ts";
import type { Session, SessionFlags } from "../session.ts";
import { createStepList, type Step, type StepList } from "../step-list.ts";
import { withSession } from "../with-session.ts";

/** What is tried: all that there is, or what a further pipeline does not share with the one before. */
interface Examination {
  cloud: typeof examineCloud;
  local: typeof examine;
}

const whole: Examination = { cloud: examineCloud, local: examine };
const further: Examination = { cloud: examineFurtherCloud, local: examineFurther };

/**
 * `shardlift doctor`: tries configuration, source, lake, engine and warehouse, and says what to do. Without `--pipeline`
 * it tries each pipeline's own parts, and once what they share.
 */
export async function run(flags: SessionFlags, io: Io): Promise<number> {
  // A configuration that cannot be read ends here already, with every problem at its place.
  const names = flags.pipeline === undefined ? await listPipelines(flags, io) : [flags.pipeline];
  const list = createStepList(io, flags);
  const folder = await mkdtemp(join(tmpdir(), "shardlift-doctor-"));
  try {
    for (const [index, pipeline] of names.entries()) {
      if (names.length > 1) list.begin(pipeline);
      const input = { folder, flags, io, list, examination: index === 0 ? whole : further };
      await withSession({ ...flags, pipeline, progress: "none" }, io, (session) => addSteps(session, input));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const ok = list.steps.every((step) => step.ok);
  if (flags.json) io.stdout.write(`${JSON.stringify({ ok, steps: list.steps })}\n`);
  return chooseExitCode(list.steps);
}

async function listPipelines(flags: SessionFlags, io: Io): Promise<string[]> {
  return withConfig(flags, io, async ({ root, fetchedFrom }) => {
    const environment = await loadEnvironment({ ...flags, config: root, fetchedFrom });
    const { pipelines, issues } = await readPipelines(root, environment);
    if (issues.length > 0) throw toError(issues);
    if (pipelines.length === 0) throw buildWhichError(pipelines);
    return pipelines.map(({ name }) => name);
  });
}

interface StepsInput {
  /** For what the engine reads. */
  folder: string;
  flags: SessionFlags;
  io: Io;
  list: StepList;
  examination: Examination;
}

async function addSteps({ context }: Session, input: StepsInput): Promise<number> {
  const { list, examination, io } = input;
  const { pipeline, environment } = context;
  const before = list.steps.length;
  list.add({ step: "config", ok: true, detail: `${environment.file}, ${pipeline.file}` });
  for await (const step of examination.cloud(context, io.env)) list.add(step);
  // They would sign in, or fail, again, and be as long about it, as often as calls are repeated.
  const faults = {
    sourceFault: findFault(list.steps.slice(before), ["google", "list"]),
    warehouseFault: findFault(list.steps, ["sign-in"]),
  };
  const local = { ...(await buildInput(context, input)), ...faults };
  for await (const step of examination.local(local)) list.add(step);
  return chooseExitCode(list.steps);
}

async function buildInput(
  { pipeline, environment, ports, signal }: Session["context"],
  { folder, flags, io }: StepsInput,
): Promise<Omit<DoctorInput, "sourceFault" | "warehouseFault">> {
  const probe = `${JSON.stringify(probeRow)}\n`;
  const probePath = join(folder, "probe.jsonl");
  await writeFile(probePath, probe);
  const hashes = pipeline.columns.hash.length > 0;
  return {
    ...{ pipeline, ports, signal, probePath, probeBytes: probe.length },
    machineClock: flags.now === undefined ? ports.clock : null,
    readSecret: hashes ? () => readSecret(environment, io.env) : null,
  };
}

/** Which of the steps that another one stands on has failed; null: none. */
function findFault(steps: readonly Step[], names: readonly string[]): string | null {
  const failed = steps.find(({ step, ok }) => !ok && names.includes(step));
  return failed === undefined ? null : `not tried: ${failed.step} failed`;
}
