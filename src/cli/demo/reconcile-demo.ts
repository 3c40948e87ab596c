import { runReconcile } from "../../tasks/reconcile.ts";
import type { Io } from "../io.ts";
import { renderReconciliation } from "../render-reconciliation.ts";
import { openSession } from "../session.ts";

export interface ReconcileDemoInput {
  io: Io;
  folder: string;
  name: string;
  nowMs: number;
  signal: AbortSignal;
}

/** Reconciles one pipeline of the demo, shows it, and hands its counts back. */
export async function reconcileDemo({ io, folder, name, nowMs, signal }: ReconcileDemoInput) {
  const flags = {
    pipeline: name,
    environment: "demo",
    all: true,
    config: folder,
    now: new Date(nowMs).toISOString(),
    progress: "none",
  };
  const session = await openSession(flags, io, signal);
  try {
    const { days, notLoaded, output } = await runReconcile(session.context);
    io.stdout.write(renderReconciliation(days, session.paint, notLoaded));
    return {
      days: days.length,
      rows: days.reduce((sum, day) => sum + (day.rows.written ?? 0), 0),
      differences: Number(output.line.differences),
    };
  } finally {
    await session.close();
  }
}
