import type * as Diagnostics from "node:diagnostics_channel";
import { nodeModule } from "./platform.ts";

/** The part of a tracing channel of `node:diagnostics_channel` that is used here. */
export interface TracingChannel {
  /** Whether anybody listens. */
  readonly hasSubscribers: boolean;
  /**
   * Runs `work` and publishes its start, end and failure with `context` (an object of the caller's, to which the channel adds
   * `result` and `error`).
   */
  tracePromise<Result>(work: () => Promise<Result>, context: object): Promise<Result>;
}

/** The channel `tracing:${name}:*`. */
export function tracingChannel(name: string): TracingChannel {
  return nodeModule<typeof Diagnostics>("node:diagnostics_channel").tracingChannel(name) as unknown as TracingChannel;
}

/** The part of a plain channel of `node:diagnostics_channel` that is used here. */
export interface EventChannel {
  /** Publishes what `message` makes; it is not called where nobody listens. */
  publish(message: () => object): void;
}

/** The channel `name`. The module behind it is loaded at the first use. */
export function eventChannel(name: string): EventChannel {
  let made: Diagnostics.Channel | undefined;
  return {
    publish(message: () => object): void {
      made ??= nodeModule<typeof Diagnostics>("node:diagnostics_channel").channel(name);
      if (made.hasSubscribers) made.publish(message());
    },
  };
}
