import { spawn } from "node:child_process";

/**
 * Runs a program in this process's place: same terminal, signals passed on, and ends as it ended (its exit code,
 * or its signal). Plain JavaScript, since it must run on old Nodes.
 * @param {string} command path of an executable
 * @param {string[]} args
 */
export function runChild(command, args) {
  const child = spawn(command, args, { stdio: "inherit" });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const passOn = (signal) => {
    // A terminal sends Ctrl-C to the child as well; a second one would mean "stop at once".
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, passOn);
  child.on("error", (error) => {
    process.stderr.write(`${command} did not start: ${error.message}\n`);
    process.exit(70);
  });
  child.on("exit", (code, signal) => {
    for (const name of signals) process.removeListener(name, passOn);
    if (signal === null) process.exit(code);
    process.kill(process.pid, signal);
  });
}
