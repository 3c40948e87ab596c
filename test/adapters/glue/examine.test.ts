import { expect, test } from "vitest";
import { examineGlueRuns } from "../../../src/adapters/glue/examine.ts";
import { doubleCredentials } from "../../doubles/glue/double.ts";
import { writeLog } from "../../doubles/glue/jobs/logs.ts";
import { createGlueWorld, type GlueWorld, jobName } from "./glue-world.ts";

async function examine({ options, takeCalls }: GlueWorld) {
  takeCalls();
  const steps: string[] = [];
  for await (const { step, ok, detail, code } of examineGlueRuns(options))
    steps.push(`${step} ${ok ? "ok" : code}: ${detail}`);
  return { steps, calls: takeCalls() };
}

test("lists runs and looks for logs, and starts nothing", async () => {
  const world = await createGlueWorld();
  expect(await examine(world)).toEqual({
    steps: [
      `runs ok: runs of ${jobName} can be listed: no run yet`,
      "logs ok: /aws-glue/jobs/output is not there yet: Glue makes it with the first run of the account",
    ],
    calls: ["GetJobRuns", "DescribeLogStreams"],
  });
});

test("tells the newest run, and that a failed one is told with its log", async () => {
  const world = await createGlueWorld();
  const id = await world.start("key-1");
  writeLog(world.double.world.logs, "/aws-glue/jobs/output", id, { timestamp: 0, message: "hello" });
  expect((await examine(world)).steps).toEqual([
    `runs ok: runs of ${jobName} can be listed: the newest is ${id}, STARTING`,
    "logs ok: /aws-glue/jobs/output can be read: a run that fails is told with its last lines",
  ]);
});

test("waits for ensure-job where there is no job: another step tells of that", async () => {
  const world = await createGlueWorld();
  world.double.world.jobs.clear();
  expect((await examine(world)).steps[0]).toBe(
    `runs ok: runs of ${jobName} can be listed, when ensure-job has made it`,
  );
});

test.each([
  ["runs", "GetJobRuns", "glue:GetJobRuns", `job ${jobName}`],
  ["logs", "DescribeLogStreams", "logs:DescribeLogStreams", "the log groups /aws-glue/jobs/*"],
])(
  "%s without the right to %s names action, place and page, and the other step goes on",
  async (step, operation, action, place) => {
    const world = await createGlueWorld();
    world.double.faults.add({ do: "deny", operation });
    const { steps } = await examine(world);
    const failed = steps.filter((line) => !/^\w+ ok/.test(line));
    expect(failed).toEqual([expect.stringMatching(new RegExp(`^${step} config: `))]);
    expect(failed[0]).toContain(`User: ${doubleCredentials.accessKeyId} is not authorized`);
    expect(failed[0]).toContain(
      `allow ${action} on ${place} in eu-central-1 to whoever runs this: in the console, IAM > Roles > the role that AWS names > Permissions`,
    );
    expect(steps).toHaveLength(2);
  },
);

test("logs that nobody answers for are not blamed on the endpoint of Glue", async () => {
  const world = await createGlueWorld();
  world.double.faults.add({ do: "drop request", operation: "GetJobRuns" });
  world.double.faults.add({ do: "drop request", operation: "DescribeLogStreams" });
  const { steps } = await examine(world);
  expect(steps).toEqual([
    expect.stringMatching(/^runs outside: .*check network, proxy and engine\.endpoint;/s),
    expect.stringMatching(
      /^logs outside: .*check network, proxy and the way to CloudWatch Logs in eu-central-1 \(AWS_ENDPOINT_URL_CLOUDWATCH_LOGS/s,
    ),
  ]);
});
