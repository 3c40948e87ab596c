import { status } from "@grpc/grpc-js";
import { ApiFault, TokenFault } from "../errors.ts";

/** An error as gRPC carries it. */
export class ReadFault extends Error {
  readonly code: number;

  constructor(code: number, details: string) {
    super(details);
    this.code = code;
  }
}

const codes: Record<number, number> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
};

/** The same errors as over REST, by gRPC's codes; anything else is a fault of the double. */
export function toStatus(error: unknown): { code: number; details: string } {
  if (error instanceof ReadFault) return { code: error.code, details: error.message };
  if (error instanceof ApiFault)
    return { code: codes[error.httpStatus] ?? status.UNKNOWN, details: error.message };
  if (error instanceof TokenFault) return { code: status.UNAUTHENTICATED, details: error.message };
  return { code: status.INTERNAL, details: `the double failed: ${String(error)}` };
}

/** Requests that go wrong: the first that fits is used up by one. */
export interface PlannedFault {
  method: "CreateReadSession" | "ReadRows";
  code: number;
  details: string;
  /** Left out: one. */
  times?: number;
}

export function takeFault(planned: PlannedFault[], method: PlannedFault["method"]): void {
  const fault = planned.find((one) => one.method === method && (one.times ?? 1) > 0);
  if (fault === undefined) return;
  fault.times = (fault.times ?? 1) - 1;
  throw new ReadFault(fault.code, fault.details);
}
