/**
 * Time limits of what others must do.
 *
 * @module
 */

/** A timer that fires so many milliseconds after its time has been held up, as by a stopped process. */
const LATE = 10;
/** Milliseconds that what waits in the sockets is given to be read, once or a few times. */
const TURN = 10;
const TURNS = 5;

/**
 * Calls `expired` after `milliseconds`, which may be up to 2^31-1: the limit of something that the peer must do.
 *
 * A timer fires late where the process was stopped, the machine slept, or the program was busy. What has arrived meanwhile has
 * not been read then: timers come before sockets. So it waits until the loop has gone round once without delay, or a few times,
 * before it says that the peer was late.
 *
 * @returns cancels it
 */
export function timeLimit(milliseconds: number, expired: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let turns = 0;
  const wait = (time: number): void => {
    const due = performance.now() + time;
    timer = setTimeout(() => {
      if (performance.now() - due > LATE && turns++ < TURNS) wait(TURN);
      else expired();
    }, time);
  };
  wait(milliseconds);
  return () => clearTimeout(timer);
}
