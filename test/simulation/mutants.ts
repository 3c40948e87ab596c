/** A change of the code that loses or doubles rows, or shows a mixture: each must be found by the schedules. */
export interface Mutant {
  name: string;
  /** What is wrong with it, for people. */
  says: string;
  patches: readonly Patch[];
}

/** Replaces one text by another, which must be there exactly once. */
export interface Patch {
  /** From the top of the project. */
  file: string;
  find: string;
  replace: string;
}

export const mutants: readonly Mutant[] = [];
