/** Which Airflow: `3` has an API server and a DAG processor of its own, `2` a web server. */
export type AirflowRelease = "2" | "3";

export interface AirflowPlaces {
  /** AIRFLOW_HOME: database, logs, the password-less configuration. */
  home: string;
  dags: string;
  /** Of 127.0.0.1. */
  port: number;
  /** Signs what Airflow's parts say to each other. */
  secret: string;
}

/**
 * What a small Airflow on one machine is told: SQLite, processes of this machine, no examples, nothing sent out. Its
 * pauses are shorter than usual, so that a demo is over soon.
 */
export function buildAirflowVariables(
  release: AirflowRelease,
  places: AirflowPlaces,
): Record<string, string> {
  return { ...buildCommon(places), ...(release === "3" ? buildThree(places) : buildTwo(places)) };
}

function buildCommon({ home, dags }: AirflowPlaces): Record<string, string> {
  return {
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__DAGS_FOLDER: dags,
    AIRFLOW__CORE__LOAD_EXAMPLES: "False",
    AIRFLOW__CORE__EXECUTOR: "LocalExecutor",
    AIRFLOW__CORE__PARALLELISM: "4",
    // A manifest that was compiled again is taken at the next look, not half a minute later.
    AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL: "0",
    // Several processes write to one SQLite file.
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `sqlite:///${home}/airflow.db?timeout=60`,
    AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME: "0.3",
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: "False",
    SCARF_ANALYTICS: "false",
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONWARNINGS: "ignore",
  };
}

function buildThree({ port, secret }: AirflowPlaces): Record<string, string> {
  return {
    AIRFLOW__API__BASE_URL: `http://127.0.0.1:${port}`,
    AIRFLOW__API__SECRET_KEY: secret,
    AIRFLOW__API_AUTH__JWT_SECRET: secret,
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${port}/execution/`,
    // Everybody is an administrator, without a login: this server listens on 127.0.0.1 alone.
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS: "True",
    // How long it may take until a task that has ended is seen to have ended.
    AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL: "1",
    AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL: "2",
    AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL: "1",
  };
}

function buildTwo({ port, secret }: AirflowPlaces): Record<string, string> {
  return {
    AIRFLOW__WEBSERVER__BASE_URL: `http://127.0.0.1:${port}`,
    AIRFLOW__WEBSERVER__SECRET_KEY: secret,
    // The same without a login; the home's webserver_config.py names the role.
    AIRFLOW__API__AUTH_BACKENDS: "airflow.api.auth.backend.default",
    AIRFLOW__CORE__MIN_SERIALIZED_DAG_FETCH_INTERVAL: "0",
    // SQLite locks no rows: two who schedule the same task would count a try that never was.
    AIRFLOW__SCHEDULER__SCHEDULE_AFTER_TASK_EXECUTION: "False",
    AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL: "2",
    _AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK: "1",
  };
}
