/**
 * The states of a session, and the transitions between them.
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
  /** The target has asked for a logout, which is under way: commands wait for the next connection. */
  Leaving: "leaving",
  /** The connection is lost: commands wait for a login. */
  Reconnecting: "reconnecting",
  /** There is a connection again: the LUNs are being checked, and all other commands wait. */
  Verifying: "verifying",
  /** The caller has closed the session: commands in flight have some time to end. */
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

/** What users see of each state: whether they are served, and not what the session does about it. */
export const SEEN: Readonly<Record<State, SessionState>> = {
  [Connecting]: "connecting",
  [Connected]: "connected",
  [Leaving]: "connected",
  [Reconnecting]: "reconnecting",
  [Verifying]: "reconnecting",
  [Closing]: "closing",
  [Closed]: "closed",
};
