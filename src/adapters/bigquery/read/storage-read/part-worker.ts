import { parentPort, workerData } from "node:worker_threads";
import type { PartAnswer, PartRequest, PartSetup } from "./part-messages.ts";
import { createPartFiles, readPartFault } from "./write-parts.ts";

/**
 * A thread of its own for what takes time: unpacking and writing would stop the streams, the bar and Ctrl-C meanwhile,
 * and its memory goes back to the system when it ends.
 */
const files = createPartFiles(workerData as PartSetup);
let turn = Promise.resolve();

async function answer(request: PartRequest): Promise<PartAnswer> {
  const { id } = request;
  try {
    const paths =
      request.do === "batch" ? await files.add(request.batch, request.rows) : await files.finish();
    return { id, paths };
  } catch (error) {
    return { id, fault: readPartFault(error) };
  }
}

parentPort?.on("message", (request: PartRequest) => {
  turn = turn.then(async () => parentPort?.postMessage(await answer(request)));
});
