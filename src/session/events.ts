/**
 * The events of a session and their listeners.
 *
 * @module
 */

import { checkFunction, checkOneOf } from "../arguments.ts";
import type { AsyncEvent, RejectEvent } from "./connection/owner.ts";

/** The state of a session, as users see it. */
export type SessionState = "connecting" | "connected" | "reconnecting" | "closing" | "closed";

/** The argument of the listeners of each event. */
export interface SessionEvents {
  /** The state has changed. `error` says why, if something went wrong. */
  state: { readonly state: SessionState; readonly error?: Error | undefined };
  /** The target sent an asynchronous message. */
  async: AsyncEvent;
  /** The target rejected a PDU of the initiator. */
  reject: RejectEvent;
  /** A command ended with a UNIT ATTENTION: something about the LUN has changed. */
  unitAttention: { readonly lun: bigint; readonly sense: Uint8Array };
  /** One try to reconnect failed; the next one comes after `delay` milliseconds. */
  reconnectFailed: { readonly attempt: number; readonly error: Error; readonly delay: number };
  /** The session was reinstated after a loss of its connection. */
  recovered: { readonly attempts: number; readonly milliseconds: number; readonly replayed: number };
  /**
   * An open LUN has another size: `from` and `to` in bytes, `lun` the eight bytes of its LUN field. Its device's `size` is the
   * new one already.
   */
  resized: { readonly lun: bigint; readonly from: number; readonly to: number };
  /** A harmless irregularity. */
  warning: string;
}

/** Their names: a record, so that none can be forgotten. */
const NAMES: Readonly<Record<keyof SessionEvents, true>> = {
  state: true,
  async: true,
  reject: true,
  unitAttention: true,
  reconnectFailed: true,
  recovered: true,
  resized: true,
  warning: true,
};

/** Handles one event. */
export type SessionListener<Name extends keyof SessionEvents> = (event: SessionEvents[Name]) => void;

/** Calls listeners. An error that a listener throws is reported as uncaught: it never disturbs the session. */
export class SessionEmitter {
  readonly #listeners: Map<keyof SessionEvents, Set<(event: never) => void>> = new Map();
  /** Warnings of the first login, when nobody can listen yet. */
  #early: readonly string[] = [];

  /** Adds a listener. The function returned removes it. */
  on<Name extends keyof SessionEvents>(name: Name, listener: SessionListener<Name>): () => void {
    checkOneOf("name", name, Object.keys(NAMES));
    checkFunction("listener", listener);
    let set = this.#listeners.get(name);
    if (set === undefined) this.#listeners.set(name, set = new Set());
    set.add(listener);
    if (name === "warning" && this.#early.length > 0) {
      const early = this.#early;
      this.#early = [];
      // Not before the caller has what on() returns.
      queueMicrotask(() => early.forEach((warning) => this.emit("warning", warning)));
    }
    return () => void set.delete(listener);
  }

  /** Keeps warnings for the first listener of warnings. */
  keep(warnings: readonly string[]): void {
    this.#early = warnings;
  }

  /** Calls all listeners of an event. */
  emit<Name extends keyof SessionEvents>(name: Name, event: SessionEvents[Name]): void {
    const set = this.#listeners.get(name);
    if (set === undefined) return;
    for (const listener of [...set]) {
      try {
        (listener as SessionListener<Name>)(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
