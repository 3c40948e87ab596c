import type { DoctorStep } from "../tasks/doctor.ts";
import type { Io } from "./io.ts";
import { createPaint } from "./paint.ts";

/** A step as it is told; `pipeline` says whose it is where several are looked at. */
export type Step = Omit<DoctorStep, "step"> & { step: string; pipeline?: string };

/** What doctor has seen so far; each step is told as it comes. */
export interface StepList {
  steps: readonly Step[];
  /** Begins what is a pipeline's own; only where there are several. */
  begin(pipeline: string): void;
  add(step: Omit<Step, "pipeline">): void;
}

/** @param json keeps steps for whoever prints them at the end */
export function createStepList(io: Io, { json = false }: { json?: boolean }): StepList {
  const paint = createPaint(io.stdout, io.env);
  const steps: Step[] = [];
  const told = new Set<string>();
  let of: { pipeline?: string } = {};
  const write = (text: string) => void (json || io.stdout.write(`${text}\n`));
  return {
    steps,
    begin(pipeline) {
      write(steps.length === 0 ? `Pipeline ${pipeline}, with what all share` : `\nPipeline ${pipeline}`);
      of = { pipeline };
    },
    add(step) {
      steps.push({ ...step, ...of });
      const detail = step.detail.replaceAll("\n", `\n${" ".repeat(15)}`);
      const line = `${step.ok ? paint("good", "ok    ") : paint("bad", "failed")} ${step.step.padEnd(9)} ${detail}`;
      // What is well for two pipelines in the same words is what they share: who signs in, say.
      if (step.ok && told.has(line)) return;
      told.add(line);
      write(line);
    },
  };
}
