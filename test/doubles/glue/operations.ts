/** Who asks, as its signature says. */
export interface Caller {
  accessKeyId: string;
  region: string;
}

/** One operation of an API: members of its request in, members of its answer out. Throws `AwsError`. */
export type Operation = (input: Record<string, unknown>, caller: Caller) => object | Promise<object>;

/** By the operation's name, as after the dot of `X-Amz-Target`. */
export type Operations = Record<string, Operation>;

/** By what stands before that dot. */
export type Services = Partial<Record<ServiceTarget, Operations>>;

/** Glue, CloudWatch Logs. */
export type ServiceTarget = "AWSGlue" | "Logs_20140328";
