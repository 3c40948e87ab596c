import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whatever tests and the programs they start leave in temporary folders lies in one, which ends with the run. */
export default function setup(): () => void {
  const root = mkdtempSync(join(tmpdir(), "shardlift-"));
  // Some tests run programs as another user, who must get through.
  chmodSync(root, 0o755);
  process.env.TMPDIR = root;
  return () => rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}
