import { Button } from "@mantine/core";
import css from "./files.module.css";
import type { LoadedFile } from "./use-message-file.ts";

type FileProblemProps = Pick<LoadedFile, "box" | "problem" | "isRetrying" | "tryAgain">;

/** In the place of a file that did not come. */
export function FileError({ box, problem, isRetrying, tryAgain }: FileProblemProps) {
  return (
    <div ref={box} className={css.problem}>
      <div>
        <div className="strong">This file could not be fetched.</div>
        <div className="small" role="status">
          {isRetrying ? "Trying again …" : problem}
        </div>
      </div>
      <Button
        size="compact-xs"
        variant="default"
        aria-disabled={isRetrying}
        onClick={() => (isRetrying ? undefined : tryAgain())}
      >
        Try again
      </Button>
    </div>
  );
}
