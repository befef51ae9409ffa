const RealDate = Date;

/** Moves the clock of this process, including the server under test, until disposed. */
export function moveClock(milliseconds: number): Disposable {
  const moved = class extends RealDate {
    constructor(...given: [] | [value: number | string | Date]) {
      if (given.length === 0) super(RealDate.now() + milliseconds);
      else super(...given);
    }
    static override now = () => RealDate.now() + milliseconds;
  };
  globalThis.Date = moved as DateConstructor;
  return {
    [Symbol.dispose]: () => {
      globalThis.Date = RealDate;
    },
  };
}
