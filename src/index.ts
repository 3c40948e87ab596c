/**
 * The tasks as a library: `openPipeline` reads configuration and gives the context that every task takes; a task hands
 * back what it did. Known errors reject as `ShardliftError`. Who brings ports of their own builds the context by hand.
 */
export { createClock } from "./cli/clock.ts";
export { type OpenOptions, type OpenPipeline, openPipeline } from "./cli/open-pipeline.ts";
export { buildPorts, type OpenPorts, type WiringInput } from "./cli/wiring.ts";
export { readEnvironment } from "./config/read-environments.ts";
export { readPipeline } from "./config/read-pipelines.ts";
export type { Environment, Pipeline } from "./config/types.ts";
export type { DaySelection } from "./days/window.ts";
export { type ErrorCode, exitCodes, ShardliftError } from "./errors.ts";
export type { DayPlan, Plan } from "./plan/types.ts";
export type { Clock, Ports } from "./ports.ts";
export type { DayResult, ProgressEvent, RunChoices, TaskContext, TaskOutput } from "./tasks/context.ts";
export { runPlan as plan } from "./tasks/plan.ts";
export { type ReconcileReport, runReconcile as reconcile } from "./tasks/reconcile.ts";
export { type RepairReport, runRepair as repair } from "./tasks/repair.ts";
export { type RollbackReport, runRelease as release, runRollback as rollback } from "./tasks/rollback.ts";
export { type RunReport, runPipeline as run } from "./tasks/run.ts";
export { type DayStatus, readStatus as status } from "./tasks/status.ts";
export { runWait as wait } from "./tasks/wait.ts";
