/**
 * Piping with Node's options.
 *
 * @module
 */

import type { DeviceStream, PipeOptions } from "./types.ts";

interface Source extends DeviceStream {
  pause(): unknown;
  resume(): unknown;
}

/** The part of a writable stream that Node's `pipe()` needs. */
interface Sink {
  write(chunk: unknown): unknown;
  end(): unknown;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
}

/** Whether the second argument of `pipe()` is Node's, and not streamx's callback. */
export function isPipeOptions(value: unknown): value is PipeOptions {
  return typeof value === "object" && value !== null;
}

/** The pipe of one stream with Node's options. */
export class NodePipe {
  #leave: (() => void) | undefined;

  /**
   * Pipes as Node's `readable.pipe(destination, { end })` does: errors are not forwarded, and the destination is ended
   * unless `end` is false. Node's `pipeline()` calls it so and handles errors and ends itself; the pipe of streamx would
   * end and destroy the destination in any case.
   */
  to<D>(source: Source, destination: D, options: PipeOptions): D {
    this.#leave = connect(source, destination as unknown as Sink, options.end !== false);
    return destination;
  }

  /** Undoes it. */
  undo(): void {
    this.#leave?.();
    this.#leave = undefined;
  }
}

/** The function returned undoes it. */
function connect(source: Source, sink: Sink, end: boolean): () => void {
  const data = (chunk: unknown): void => {
    if (sink.write(chunk) === false) source.pause();
  };
  const drain = (): void => void source.resume();
  const ended = (): void => {
    stop();
    if (end) sink.end();
  };
  const stop = (): void => {
    source.off("data", data);
    source.off("end", ended);
    source.off("close", stop);
    sink.off("drain", drain);
    sink.off("close", leave);
  };
  const leave = (): void => {
    stop();
    source.pause();
    sink.emit("unpipe", source);
  };
  sink.on("drain", drain);
  sink.on("close", leave);
  source.on("end", ended);
  source.on("close", stop);
  sink.emit("pipe", source);
  source.on("data", data);
  return leave;
}
