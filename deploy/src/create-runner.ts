import { CfnSecurityGroup } from "aws-cdk-lib/aws-ec2";
import {
  AwsLogDriverMode,
  CfnCluster,
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
} from "aws-cdk-lib/aws-ecs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Duration, RemovalPolicy, type Stack } from "aws-cdk-lib/core";
import { acknowledge } from "./acknowledge.ts";
import type { TaskRoles } from "./create-roles.ts";
import { containerName, type Names } from "./names.ts";
import type { Runner } from "./settings-schema.ts";

export interface RunnerParts {
  /** ARN of the cluster, known when it is made. */
  clusterArn: string;
  securityGroupId: string;
  logGroup: LogGroup;
}

/** What runs commands: a cluster, a task definition, its log and the network's door. */
export function createRunner(stack: Stack, runner: Runner, names: Names, roles: TaskRoles): RunnerParts {
  const cluster = new CfnCluster(stack, "Cluster", { clusterName: names.base });
  acknowledge(cluster, {
    "AwsSolutions-ECS4":
      "billed by the metric, and tells of services that stay; how a command ended is told by events",
  });
  const logGroup = new LogGroup(stack, "Log", {
    logGroupName: names.logGroup,
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  createTaskDefinition(stack, runner, names, { roles, logGroup });
  return {
    clusterArn: cluster.attrArn,
    securityGroupId: createDoor(stack, runner).attrGroupId,
    logGroup,
  };
}

function createTaskDefinition(
  stack: Stack,
  runner: Runner,
  names: Names,
  { roles, logGroup }: { roles: TaskRoles; logGroup: LogGroup },
): void {
  const task = new FargateTaskDefinition(stack, "Task", {
    family: names.base,
    cpu: runner.cpu * 1024,
    memoryLimitMiB: runner.memory_gb * 1024,
    ephemeralStorageGiB: runner.scratch_gb,
    taskRole: roles.command,
    executionRole: roles.execution.withoutPolicyUpdates(),
    runtimePlatform: {
      cpuArchitecture: runner.architecture === "arm64" ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
      operatingSystemFamily: OperatingSystemFamily.LINUX,
    },
    // The one place that is written to; the image's VOLUME lets its user write there.
    volumes: [{ name: "scratch" }],
  });
  const container = task.addContainer(containerName, {
    image: ContainerImage.fromRegistry(runner.image.uri),
    essential: true,
    user: "node",
    readonlyRootFilesystem: true,
    linuxParameters: new LinuxParameters(stack, "Init", { initProcessEnabled: true }),
    // A command that is told to end finishes what may not be cut.
    stopTimeout: Duration.seconds(120),
    logging: LogDrivers.awsLogs({
      logGroup,
      streamPrefix: containerName,
      // Airflow reads the last line: it must not be dropped where CloudWatch is slow, as the default mode would.
      mode: AwsLogDriverMode.BLOCKING,
    }),
  });
  acknowledge(container, {
    "Annotation::@aws-cdk/aws-ecs:ecrImageRequiresPolicy":
      "the execution role's policy has them, for this image",
  });
  container.addMountPoints({ containerPath: "/tmp", sourceVolume: "scratch", readOnly: false });
}

/** Nobody comes in. Out go requests to AWS, Google and Snowflake, and those for revoked certificates. */
function createDoor(stack: Stack, runner: Runner): CfnSecurityGroup {
  const everywhere = (port: number, description: string) => {
    return { ipProtocol: "tcp", cidrIp: "0.0.0.0/0", fromPort: port, toPort: port, description };
  };
  return new CfnSecurityGroup(stack, "Door", {
    vpcId: runner.vpc,
    groupDescription: "Shardlift: commands reach AWS, Google and Snowflake",
    securityGroupEgress: [
      everywhere(443, "AWS, Google and Snowflake"),
      everywhere(80, "OCSP of the certificates that Snowflake has"),
    ],
  });
}
