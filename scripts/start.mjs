// Starts one of the repository's programs on the Node it is made for, after installing what a fresh clone lacks.
// Runs on Node 18: nothing newer in here.
// usage: node scripts/start.mjs <program> [arguments]
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findCheckoutNode } from "../bin/checkout-node.mjs";
import { runChild } from "../bin/run-child.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [program, ...args] = process.argv.slice(2);

process.chdir(root);
if (!isInstalled()) install();
runChild(findNode(), [join(root, program), ...args]);

/** Whether node_modules holds what the lock file says; optional packages of other platforms may be missing. */
function isInstalled() {
  const installed = readPackages(join("node_modules", ".package-lock.json"));
  if (installed === null) return false;
  return Object.entries(readPackages("package-lock.json")).every(([path, entry]) => {
    if (!path.startsWith("node_modules/")) return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : null;
}

/** No package here has an install script that we need, so none is run; warnings about the old Node are noise. */
function install() {
  process.stderr.write("installing packages (npm ci)\n");
  const npm = process.env.npm_execpath;
  const ci = ["ci", "--ignore-scripts", "--loglevel=error"];
  const [command, commandArgs] = npm ? [process.execPath, [npm, ...ci]] : ["npm", ci];
  const { status, error } = spawnSync(command, commandArgs, { stdio: ["ignore", 2, 2] });
  if (status === 0) return linkNode();
  fail(`npm ci failed${error ? `: ${error.message}` : ""}; the lines above say why`);
}

function findNode() {
  const node = findCheckoutNode(root);
  if (node !== null) return node;
  if (process.features.typescript) return process.execPath;
  return fail(`no Node 24 package for ${process.platform}-${process.arch}: install Node 24 and try again`);
}

/** npm 10 makes no links for optional packages; without this one `npx vitest` would run on the machine's Node. */
function linkNode() {
  const node = findCheckoutNode(root);
  const link = join("node_modules", ".bin", "node");
  if (node !== null && !existsSync(link)) symlinkSync(relative(dirname(link), node), link);
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
