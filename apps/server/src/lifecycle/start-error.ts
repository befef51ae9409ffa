/** Why it did not start, as a sentence for the operator: shown without a stack. */
export class StartError extends Error {
  override name = "StartError";
}
