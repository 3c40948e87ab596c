import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildBareSettings, buildSettings, synthesise } from "./world.ts";

const dockerfile = readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8");

describe("what runs commands", async () => {
  const world = synthesise(await buildSettings());

  test("is a task that can write below /tmp and nowhere else, and that nobody is root in", () => {
    const { Task } = world.find("AWS::ECS::TaskDefinition");
    const { Tags: _, ...task } = Task!;
    expect(task).toEqual({
      Family: "shardlift-prod",
      Cpu: "2048",
      Memory: "8192",
      EphemeralStorage: { SizeInGiB: 100 },
      NetworkMode: "awsvpc",
      RequiresCompatibilities: ["FARGATE"],
      RuntimePlatform: { CpuArchitecture: "X86_64", OperatingSystemFamily: "LINUX" },
      TaskRoleArn: { "Fn::GetAtt": [expect.stringMatching(/^CommandRole/), "Arn"] },
      ExecutionRoleArn: { "Fn::GetAtt": [expect.stringMatching(/^ExecutionRole/), "Arn"] },
      Volumes: [{ Name: "scratch" }],
      ContainerDefinitions: [
        {
          Name: "shardlift",
          Image: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shardlift:0.1.0",
          Essential: true,
          User: "node",
          ReadonlyRootFilesystem: true,
          LinuxParameters: { Capabilities: {}, InitProcessEnabled: true },
          StopTimeout: 120,
          MountPoints: [{ ContainerPath: "/tmp", SourceVolume: "scratch", ReadOnly: false }],
          LogConfiguration: {
            LogDriver: "awslogs",
            Options: {
              "awslogs-group": { Ref: expect.stringMatching(/^Log/) },
              "awslogs-region": "eu-central-1",
              "awslogs-stream-prefix": "shardlift",
              mode: "blocking",
            },
          },
        },
      ],
    });
  });

  test("has the user that the image has, and mounts what the image opens to it", () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^VOLUME \["\/tmp"\]$/m);
  });

  test("keeps its log for three months", () => {
    const { Log } = world.find("AWS::Logs::LogGroup");
    expect([Log?.LogGroupName, Log?.RetentionInDays]).toEqual(["/ecs/shardlift-prod", 90]);
  });

  test("lets nobody in, and out to two ports", () => {
    const { Door } = world.find("AWS::EC2::SecurityGroup");
    expect(Door?.SecurityGroupIngress).toBeUndefined();
    const out = Door?.SecurityGroupEgress as { IpProtocol: string; FromPort: number; ToPort: number }[];
    expect(out.map(({ IpProtocol, FromPort, ToPort }) => [IpProtocol, FromPort, ToPort])).toEqual([
      ["tcp", 443, 443],
      ["tcp", 80, 80],
    ]);
    expect(world.find("AWS::EC2::SecurityGroupIngress")).toEqual({});
  });
});

test("another size and processor are those of the settings", async () => {
  const { runner, ...settings } = await buildSettings();
  const { find } = synthesise({
    ...settings,
    runner: { ...runner!, cpu: 8, memory_gb: 32, scratch_gb: 200, architecture: "arm64" },
  });
  const { Task } = find("AWS::ECS::TaskDefinition");
  expect([Task?.Cpu, Task?.Memory, Task?.EphemeralStorage, Task?.RuntimePlatform]).toEqual([
    "8192",
    "32768",
    { SizeInGiB: 200 },
    { CpuArchitecture: "ARM64", OperatingSystemFamily: "LINUX" },
  ]);
});

test("nothing of it is made where Airflow's workers run the commands", async () => {
  const { find } = synthesise(await buildBareSettings());
  for (const type of [
    "AWS::ECS::Cluster",
    "AWS::ECS::TaskDefinition",
    "AWS::EC2::SecurityGroup",
    "AWS::Logs::LogGroup",
  ]) {
    expect(find(type)).toEqual({});
  }
});
