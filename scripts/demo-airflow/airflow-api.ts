import type { AirflowRelease } from "./airflow-variables.ts";

/** Of Airflow's DagRun what the demo looks at. */
export interface DagRun {
  id: string;
  /** scheduled, manual, backfill */
  type: string;
  state: string;
}

/** Of one task in one run, or of one mapped instance of it (`index` from 0; -1: not mapped). */
export interface TaskRun {
  task: string;
  index: number;
  /** null: not yet scheduled. */
  state: string | null;
  tries: number;
}

/** What a task told those who follow a table. */
export interface TableEvent {
  uri: string;
  dag: string;
  extra: Record<string, unknown>;
}

/** What people do on Airflow's pages, by its API, which both releases have in almost the same form. */
export interface AirflowApi {
  isUp(): Promise<boolean>;
  listDags(): Promise<string[]>;
  listImportErrors(): Promise<string[]>;
  unpause(dag: string): Promise<void>;
  /** @returns the run's id */
  trigger(dag: string, conf?: Record<string, unknown>): Promise<string>;
  listRuns(dag: string): Promise<DagRun[]>;
  listTasks(dag: string, run: string): Promise<TaskRun[]>;
  listTableEvents(): Promise<TableEvent[]>;
}

type Json = Record<string, unknown>;

/** @param origin `http://127.0.0.1:8080` */
export function createAirflowApi(origin: string, release: AirflowRelease): AirflowApi {
  const base = `${origin}/api/${release === "3" ? "v2" : "v1"}`;
  const call = (path: string, method = "GET", body?: Json) => callJson(`${base}${path}`, method, body);
  const runsOf = (dag: string) => `/dags/${encodeURIComponent(dag)}/dagRuns`;
  return {
    isUp: () =>
      call("/version").then(
        () => true,
        () => false,
      ),
    listDags: async () => readList(await call("/dags?limit=100"), "dags").map((dag) => String(dag.dag_id)),
    async listImportErrors() {
      const errors = readList(await call("/importErrors"), "import_errors");
      return errors.map(({ filename, stack_trace }) => `${filename}: ${stack_trace}`);
    },
    async unpause(dag) {
      await call(`/dags/${encodeURIComponent(dag)}?update_mask=is_paused`, "PATCH", { is_paused: false });
    },
    async trigger(dag, conf = {}) {
      // Airflow 3 wants to be told that there is no logical date; Airflow 2 wants not to be told.
      const run = await call(runsOf(dag), "POST", release === "3" ? { conf, logical_date: null } : { conf });
      return String((run as Json).dag_run_id);
    },
    listRuns: async (dag) => readList(await call(`${runsOf(dag)}?limit=100`), "dag_runs").map(parseRun),
    async listTasks(dag, run) {
      const path = `${runsOf(dag)}/${encodeURIComponent(run)}/taskInstances?limit=100`;
      return readList(await call(path), "task_instances").map(parseTask);
    },
    async listTableEvents() {
      const path = release === "3" ? "/assets/events?limit=100" : "/datasets/events?limit=100";
      const events = readList(await call(path), release === "3" ? "asset_events" : "dataset_events");
      return events.map(parseEvent);
    },
  };
}

function parseRun(run: Json): DagRun {
  return { id: String(run.dag_run_id), type: String(run.run_type), state: String(run.state) };
}

function parseTask(task: Json): TaskRun {
  const state = task.state === null ? null : String(task.state);
  return { task: String(task.task_id), index: Number(task.map_index), state, tries: Number(task.try_number) };
}

function parseEvent(event: Json): TableEvent {
  const uri = String(event.uri ?? event.dataset_uri);
  return { uri, dag: String(event.source_dag_id), extra: (event.extra ?? {}) as Json };
}

function readList(answer: unknown, key: string): Json[] {
  const list = (answer as Json)[key];
  if (!Array.isArray(list)) throw new Error(`Airflow's answer has no list ${key}: ${JSON.stringify(answer)}`);
  return list;
}

async function callJson(url: string, method: string, body?: Json): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Airflow answered ${response.status} to ${method} ${url}: ${text}`);
  return JSON.parse(text);
}
