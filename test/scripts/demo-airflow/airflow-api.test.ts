import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { createAirflowApi } from "../../../scripts/demo-airflow/airflow-api.ts";

interface Asked {
  path: string;
  method: string;
  body: unknown;
}

/** An Airflow that answers by path, and remembers what it was asked. */
async function serve(answers: Record<string, unknown>) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const path = request.url ?? "";
      asked.push({ path, method: request.method ?? "", body: text === "" ? null : JSON.parse(text) });
      const answer = answers[path];
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(JSON.stringify(answer ?? { detail: "not found" }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { origin: `http://127.0.0.1:${port}`, asked };
}

test.each([
  ["3", "/api/v2/dags/d/dagRuns", { conf: { days: "2026-11-20" }, logical_date: null }],
  ["2", "/api/v1/dags/d/dagRuns", { conf: { days: "2026-11-20" } }],
] as const)("Airflow %s is told of a run by hand as it wants to be", async (release, path, body) => {
  const { origin, asked } = await serve({ [path]: { dag_run_id: "manual__1" } });
  expect(await createAirflowApi(origin, release).trigger("d", { days: "2026-11-20" })).toBe("manual__1");
  expect(asked).toEqual([{ path, method: "POST", body }]);
});

test("tasks come with state, tries and place among mapped ones", async () => {
  const path = "/api/v2/dags/d/dagRuns/manual__2026-11-20T05%3A00%3A00%2B00%3A00/taskInstances?limit=100";
  const { origin } = await serve({
    [path]: {
      task_instances: [
        { task_id: "plan", map_index: -1, state: "success", try_number: 1, pool: "default_pool" },
        { task_id: "batch", map_index: 0, state: null, try_number: 0 },
      ],
    },
  });
  expect(await createAirflowApi(origin, "3").listTasks("d", "manual__2026-11-20T05:00:00+00:00")).toEqual([
    { task: "plan", index: -1, state: "success", tries: 1 },
    { task: "batch", index: 0, state: null, tries: 0 },
  ]);
});

test.each([
  [
    "3",
    "/api/v2/assets/events?limit=100",
    { asset_events: [{ uri: "a/b", source_dag_id: "d", extra: { rows: 3 } }] },
  ],
  [
    "2",
    "/api/v1/datasets/events?limit=100",
    { dataset_events: [{ dataset_uri: "a/b", source_dag_id: "d", extra: { rows: 3 } }] },
  ],
] as const)("Airflow %s tells what followers of a table were told", async (release, path, answer) => {
  const { origin } = await serve({ [path]: answer });
  expect(await createAirflowApi(origin, release).listTableEvents()).toEqual([
    { uri: "a/b", dag: "d", extra: { rows: 3 } },
  ]);
});

test("a refusal is an error with Airflow's own words, and an Airflow that is not there is not up", async () => {
  const { origin } = await serve({});
  await expect(createAirflowApi(origin, "3").unpause("none")).rejects.toThrow(/404 to PATCH .*not found/);
  expect(await createAirflowApi(origin, "3").isUp()).toBe(false);
});

test("an answer of another form is an error, not an empty list", async () => {
  const { origin } = await serve({ "/api/v2/dags/d/dagRuns?limit=100": { runs: [] } });
  await expect(createAirflowApi(origin, "3").listRuns("d")).rejects.toThrow("no list dag_runs");
});
