import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * The Node that a checkout brings along (see tools/node), if there is one for this platform.
 * @param {string} root folder of the checkout
 * @returns {string | null} path of the executable
 */
export function findCheckoutNode(root) {
  const platform = `${process.platform}-${process.arch}`;
  const paths = [`node-${platform}`, `node-bin-${platform}`].map((name) =>
    join(root, "node_modules", name, "bin", "node"),
  );
  return paths.find((path) => existsSync(path)) || null;
}
