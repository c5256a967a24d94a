/**
 * Where a session stands, and where it can go from there.
 *
 * @module
 */

import type { SessionState } from "./events.ts";

/** The states of a session. */
export const State = {
  /** The first login is under way. */
  Connecting: "connecting",
  /** Commands are sent. */
  Connected: "connected",
  /** The target wants a logout, and gets one: commands wait for the next connection. */
  Leaving: "leaving",
  /** The connection is lost: commands wait for a login. */
  Reconnecting: "reconnecting",
  /** There is a connection again: its LUNs are checked, and all other commands wait. */
  Verifying: "verifying",
  /** The caller has closed the session: what was sent has a while to end. */
  Closing: "closing",
  /** Nothing happens any more. */
  Closed: "closed",
} as const;
/** One of the values of {@link State}. */
export type State = typeof State[keyof typeof State];

const { Connecting, Connected, Leaving, Reconnecting, Verifying, Closing, Closed } = State;

/** The states that may follow each state. */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  [Connecting]: [Connected, Closed],
  [Connected]: [Leaving, Reconnecting, Closing, Closed],
  [Leaving]: [Reconnecting, Closing, Closed],
  [Reconnecting]: [Verifying, Closing, Closed],
  [Verifying]: [Connected, Reconnecting, Closing, Closed],
  [Closing]: [Closed],
  [Closed]: [],
};

/** What users see of a state: whether they are served, and not what the session does about it. */
const SEEN: Readonly<Record<State, SessionState>> = {
  [Connecting]: "connecting",
  [Connected]: "connected",
  [Leaving]: "connected",
  [Reconnecting]: "reconnecting",
  [Verifying]: "reconnecting",
  [Closing]: "closing",
  [Closed]: "closed",
};

/** The state of one session. */
export class SessionStateCell {
  #state: State = Connecting;
  readonly #changed: (seen: SessionState, error: Error | undefined) => void;

  /** @param changed told when users see another state than before, with the error that led to it */
  constructor(changed: (seen: SessionState, error: Error | undefined) => void) {
    this.#changed = changed;
  }

  /** The state now. */
  get now(): State {
    return this.#state;
  }

  /** What users see of it. */
  get seen(): SessionState {
    return SEEN[this.#state];
  }

  /** Whether it is one of these. */
  is(...states: readonly State[]): boolean {
    return states.includes(this.#state);
  }

  /** Goes into another state. Throws where the table does not allow it: that is a mistake in this library. */
  to(state: State, error?: Error): void {
    const before = this.#state;
    if (!TRANSITIONS[before].includes(state)) throw new Error(`A session cannot go from ${before} to ${state}`);
    this.#state = state;
    if (SEEN[before] !== SEEN[state]) this.#changed(SEEN[state], error);
  }
}
