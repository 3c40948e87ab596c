import { processIo } from "./cli/io.ts";
import { main } from "./cli/main.ts";

// Whoever reads our output may have seen enough (`| head`): that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

process.exitCode = await main(process.argv.slice(2), processIo());
// A driver that goes on asking a server that is gone must not keep the process: what counted has ended.
setTimeout(() => process.exit(), 5_000).unref();
