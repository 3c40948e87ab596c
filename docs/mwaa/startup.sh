#!/usr/bin/env bash
# Startup script of an MWAA environment with `runner: { type: bash }`: brings Node and Shardlift to each worker.
# Fill in the two lines below; build-bundle.sh writes the bundle and prints its hash.
#
# MWAA sources this file in the shell that then starts Airflow, on every component, and stops it after five minutes. So
# nothing here may end that shell or change its options: what can fail runs in a shell of its own, within its own time.

: "${SHARDLIFT_BUNDLE:=s3://shop-airflow/shardlift/shardlift-0.1.0.tar.gz}"
: "${SHARDLIFT_BUNDLE_SHA256:=0000000000000000000000000000000000000000000000000000000000000000}"

shardlift_home=${AIRFLOW_HOME:-/usr/local/airflow}/shardlift

shardlift_install() {
  timeout 270 bash -euo pipefail -s -- "$SHARDLIFT_BUNDLE" "$SHARDLIFT_BUNDLE_SHA256" "$shardlift_home" <<'INSTALL'
bundle=$1 sha256=$2 home=$3
draft=$(mktemp -d "$home.XXXXXX")
trap 'rm -rf "$draft"' EXIT

case $bundle in
  s3://*)
    # boto3 is in every image of MWAA, and has the environment's own role.
    program='import sys, boto3; from urllib.parse import urlparse; place = urlparse(sys.argv[1])
boto3.client("s3").download_file(place.netloc, place.path.lstrip("/"), sys.argv[2])'
    python3 -c "$program" "$bundle" "$draft/bundle.tar.gz"
    ;;
  *) cp "$bundle" "$draft/bundle.tar.gz" ;;
esac
echo "$sha256  $draft/bundle.tar.gz" | sha256sum --check --quiet

mkdir "$draft/home"
tar -xzf "$draft/bundle.tar.gz" -C "$draft/home"
version=$("$draft/home/bin/shardlift" --version)
rm -rf "$home"
mv "$draft/home" "$home"
echo "shardlift $version in $home"
INSTALL
}

# Schedulers and web servers draw DAGs and run no command; `hybrid` is the one process of the smallest class.
case ${MWAA_AIRFLOW_COMPONENT:-worker} in
  worker | hybrid)
    if shardlift_install; then
      export PATH="$shardlift_home/bin:$PATH"
    else
      echo "shardlift: not installed from $SHARDLIFT_BUNDLE; its tasks will fail on this worker" >&2
    fi
    ;;
esac
