import { describe, expect, test } from "vitest";
import { buildAirflowVariables } from "../../../scripts/demo-airflow/airflow-variables.ts";

const places = { home: "/demo/airflow", dags: "/demo/dags", port: 8123, secret: "s3cret" };

describe.each(["2", "3"] as const)("Airflow %s", (release) => {
  const variables = buildAirflowVariables(release, places);

  test("keeps to its folder, draws our DAGs and no examples, and sends nothing out", () => {
    expect(variables).toMatchObject({
      AIRFLOW_HOME: "/demo/airflow",
      AIRFLOW__CORE__DAGS_FOLDER: "/demo/dags",
      AIRFLOW__CORE__LOAD_EXAMPLES: "False",
      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: "sqlite:////demo/airflow/airflow.db?timeout=60",
      AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: "False",
    });
  });

  test("names no address but this machine's, and the one secret where parts sign", () => {
    const addresses = Object.values(variables).flatMap((value) => value.match(/https?:\/\/[^/]+/g) ?? []);
    expect(new Set(addresses)).toEqual(new Set(["http://127.0.0.1:8123"]));
    const signing = Object.entries(variables).filter(([, value]) => value === places.secret);
    expect(signing.map(([name]) => name)).toEqual(
      release === "3"
        ? ["AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"]
        : ["AIRFLOW__WEBSERVER__SECRET_KEY"],
    );
  });
});
