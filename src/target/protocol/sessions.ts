/**
 * All sessions of a target.
 *
 * @module
 */

import type { LogicalUnit } from "../unit/logical_unit.ts";
import { LoginFailure, LoginStatus } from "../login/failure.ts";
import { nexusId, Session, type SessionSettings } from "./session.ts";
import type { Task } from "./task.ts";

/** Sessions by TSIH and by initiator port. */
export class Sessions {
  readonly #units: ReadonlyMap<number, LogicalUnit>;
  readonly #most: number;
  readonly #byTsih = new Map<number, Session>();
  readonly #byNexus = new Map<string, Session>();
  #lastTsih = 0;

  /** @param most most sessions at a time */
  constructor(units: ReadonlyMap<number, LogicalUnit>, most: number) {
    this.#units = units;
    this.#most = most;
  }

  /** Whether a session has this TSIH. */
  has(tsih: number): boolean {
    return this.#byTsih.has(tsih);
  }

  /**
   * Opens a session. An existing session of the same initiator port ends first, with all its tasks: session
   * reinstatement (RFC 7143 §6.3.5).
   * @throws LoginFailure 0302 where there are too many
   */
  async open(settings: Omit<SessionSettings, "tsih">): Promise<Session> {
    if (!settings.discovery) {
      const id = nexusId(settings.initiatorName, settings.isid);
      for (let old = this.#byNexus.get(id); old !== undefined; old = this.#byNexus.get(id)) {
        old.connection.destroy();
        await this.close(old);
      }
    }
    if (this.#byTsih.size >= this.#most) throw new LoginFailure(LoginStatus.OutOfResources);
    const session = new Session({ ...settings, tsih: this.#nextTsih() });
    this.#byTsih.set(session.tsih, session);
    if (!session.discovery) {
      this.#byNexus.set(session.nexus.id, session);
      for (const unit of this.#units.values()) unit.attach(session.nexus.id);
    }
    return session;
  }

  /** Ends a session: its tasks first, then the state of its nexus. Idempotent. */
  async close(session: Session): Promise<void> {
    await session.abortTasks();
    if (this.#byTsih.get(session.tsih) !== session) return;
    this.#byTsih.delete(session.tsih);
    if (session.discovery) return;
    this.#byNexus.delete(session.nexus.id);
    for (const unit of this.#units.values()) unit.detach(session.nexus.id);
  }

  /** Aborts tasks of all sessions, and settles when they have ended. Returns the sessions that lost tasks. */
  async abortTasks(wanted: (task: Task) => boolean): Promise<Session[]> {
    const hit = [...this.#byTsih.values()].filter((session) => [...session.tasks.values()].some(wanted));
    await Promise.all(hit.map((session) => session.abortTasks(wanted)));
    return hit;
  }

  all(): Session[] {
    return [...this.#byTsih.values()];
  }

  #nextTsih(): number {
    do this.#lastTsih = this.#lastTsih % 0xffff + 1; while (this.#byTsih.has(this.#lastTsih));
    return this.#lastTsih;
  }
}
