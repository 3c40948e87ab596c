/** An error as AWS answers it over JSON 1.1: its name in `__type`, 400 unless said otherwise. */
export class AwsError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** A field that Glue would not take. */
export function refuseInput(message: string): AwsError {
  return new AwsError("InvalidInputException", message);
}

export function missEntity(message: string): AwsError {
  return new AwsError("EntityNotFoundException", message);
}
