#!/usr/bin/env node
// Plain JavaScript that Node 14 parses: whoever has an old Node gets a line that says so, not a syntax error.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findCheckoutNode } from "./checkout-node.mjs";
import { runChild } from "./run-child.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, "src", "cli.ts");
const checkoutNode = findCheckoutNode(root);
// Node refuses to strip types below node_modules; an installed package has no sources anyway.
const isCheckout = existsSync(sources) && !root.split(sep).includes("node_modules");

if (isCheckout && !stripsTypes() && checkoutNode !== null) {
  runChild(checkoutNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else if (isCheckout && !stripsTypes()) {
  refuse(`the sources need Node 24, this is ${process.version}; "npm ci" puts one into node_modules`);
} else if (!isAtLeast(minimumVersion())) {
  refuse(`Node ${minimumVersion().join(".")} or newer is needed, this is ${process.version}`);
} else {
  silenceWarnings();
  import(pathToFileURL(isCheckout ? sources : join(root, "dist", "cli.js")).href);
}

function stripsTypes() {
  return Boolean(process.features.typescript);
}

/** `engines.node` of the package, as numbers: the one place that states it. */
function minimumVersion() {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return engines.node.replace(">=", "").split(".").map(Number);
}

function isAtLeast(minimum) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

function refuse(reason) {
  process.stderr.write(`shardlift: ${reason}\n`);
  process.exitCode = 64;
}

/**
 * Node calls SQLite and type stripping experiments; our users cannot do anything about it. Google's package warns where
 * this is no machine of Google's; that nobody is signed in is told by the command. Others stay visible.
 */
function silenceWarnings() {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    const isExperiment = rest[0] === "ExperimentalWarning";
    if (isExperiment && /^(SQLite|Type Stripping) is an experimental feature/.test(String(warning))) return;
    if (rest[0] === "MetadataLookupWarning") return;
    emitWarning.call(process, warning, ...rest);
  };
}
