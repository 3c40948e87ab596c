/** A first environment: everything on this machine, below the folder that holds `environments/`. */
export const localEnvironmentYaml = `# Everything on this machine. \`shardlift doctor\` tries each part; docs/configuration.md explains every key.

source:
  type: files
  root: ./data/source # <root>/<dataset>/events_20261120.parquet, as \`bq extract\` leaves them

lake:
  type: folder
  root: ./data/lake

engine:
  type: duckdb
  memory: 1 GB

catalog:
  type: none

warehouse:
  type: duckdb
  path: ./data/warehouse.duckdb
`;
