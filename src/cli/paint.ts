import { styleText } from "node:util";
import { type Paint, plain } from "../plan/render-plan.ts";

const styles = { strong: "bold", dim: "dim", good: "green", warn: "yellow", bad: "red" } as const;

/** Colours for a stream: only at a terminal, and never against `NO_COLOR` (https://no-color.org). */
export function createPaint(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const wanted = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0";
  if (env.NO_COLOR || (!stream.isTTY && !wanted) || env.TERM === "dumb") return plain;
  return (style, text) => styleText(styles[style], text, { validateStream: false });
}
