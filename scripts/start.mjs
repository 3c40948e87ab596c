// Starts one of the repository's programs on the Node it is made for, after installing what a fresh clone lacks.
// Runs on Node 18: nothing newer in here.
// usage: node scripts/start.mjs <program> [arguments]
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findCheckoutNode } from "../bin/checkout-node.mjs";
import { runChild } from "../bin/run-child.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [program, ...args] = process.argv.slice(2);

process.chdir(root);
if (!isInstalled()) install();
linkNode();
runChild(findNode(), [join(root, program), ...args]);

/** Whether node_modules holds what the lock file says. */
function isInstalled() {
  const installed = readPackages(join("node_modules", ".package-lock.json"));
  if (installed === null) return false;
  return Object.entries(readPackages("package-lock.json")).every(([path, entry]) => {
    if (!path.startsWith("node_modules/")) return true;
    const found = installed[path];
    if (found === undefined) return !isForThisMachine(entry);
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Optional packages may be missing, but not this platform's: an old Node that ran `npm ci` leaves them out. */
function isForThisMachine({ optional, os, cpu, libc }) {
  if (!optional) return true;
  const fits = [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);
  return fits && ![libc].flat().includes("musl");
}

function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : null;
}

/**
 * npm leaves out optional packages that refuse the running Node, compiled parts of our tools among them. So an old
 * Node fetches only its successor, which then installs everything.
 */
function install() {
  if (isLink("node_modules")) fail("node_modules is a link to outdated packages: run npm ci where it leads");
  process.stderr.write("installing packages (npm ci)\n");
  if (!process.features.typescript) runNpmCi(process.execPath, ["--workspace", "tools/node"]);
  runNpmCi(findNode(), []);
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** No package here has an install script that we need, so none is run. */
function runNpmCi(node, options) {
  const args = [findNpm(), "ci", "--ignore-scripts", ...options];
  const { status, error } = spawnSync(node, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`npm ci failed${error ? `: ${error.message}` : ""}; the lines above say why`);
}

/** The npm that started us; without one the npm on the path. */
function findNpm() {
  if (process.env.npm_execpath) return process.env.npm_execpath;
  const paths = (process.env.PATH || "").split(delimiter).map((folder) => join(folder, "npm"));
  const found = paths.find((path) => existsSync(path));
  return found ? realpathSync(found) : fail("npm is not on the path");
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
