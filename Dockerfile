# The image that `runner: { type: ecs }` runs: Node, the built package and what it depends on, nothing else.
#   docker build -t shardlift .
#   docker run --rm --init --read-only --tmpfs /tmp -v "$PWD/config:/config:ro" -e SHARDLIFT_CONFIG=/config shardlift validate

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json tsconfig.json tsconfig.build.json ./
COPY tools/node/package.json tools/node/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts scripts
COPY src src
RUN node scripts/build.ts
# The workspace is a second Node, for checkouts on machines with an old one.
RUN npm pkg delete workspaces && npm prune --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/.bin

FROM node:24-bookworm-slim
# What looks for a home finds the one place that is written to.
ENV NODE_ENV=production HOME=/tmp
WORKDIR /opt/shardlift
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY bin bin
COPY sql sql
COPY schemas schemas
COPY dags dags
COPY glue-scripts glue-scripts
# Root owns what runs, and somebody else runs it. Fargate mounts /tmp with the rights it has here only where it is said.
VOLUME ["/tmp"]
USER node
WORKDIR /tmp
ENTRYPOINT ["node", "/opt/shardlift/bin/shardlift.mjs"]
