// Who is told of a loss: compared with a model that remembers every write and every flush.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Flushing, Ledger, type Span, WITHIN, type Writer } from "../../../src/async/ledger.ts";
import { Random, runSeed } from "../../contract/random.ts";

const HISTORIES = 200;
const STEPS = 200;

/** A write, or a flush, with the moments of what has happened to it. */
interface Written {
  readonly writer: Writer;
  readonly sent: number;
  readonly span: Span;
  acknowledged: number;
  /** When a loss took it; Infinity: none has. */
  lost: number;
  safe: boolean;
}
interface Flushed {
  readonly writer: Writer;
  readonly flushing: Flushing;
  readonly begun: number;
  /** When it rejected; Infinity: it has not. */
  told: number;
}

/** Whether a flush that ends now must reject: for a write that it was to cover is lost, and nobody had told of it when it began. */
function mustTell(flush: Flushed, writes: readonly Written[], flushes: readonly Flushed[]): boolean {
  return writes.some((write) =>
    write.writer === flush.writer && write.acknowledged < flush.begun && write.lost < Infinity &&
    !flushes.some((other) =>
      other.writer === flush.writer && other.begun > write.acknowledged && other.told < flush.begun
    )
  );
}

/** One history, compared step by step. Returns how many flushes told of a loss, and how many had nothing to tell. */
function live(random: Random, where: string): { told: number; silent: number } {
  const ledger = new Ledger();
  const writers = [{}, {}, {}].map((token) => ledger.writer(token));
  const writes: Written[] = [];
  let flushes: Flushed[] = [];
  let [told, silent] = [0, 0];
  for (let now = 1; now <= STEPS; now++) {
    const pending = writes.filter(({ acknowledged }) => acknowledged === Infinity);
    const running = flushes.filter(({ told }) => told === Infinity);
    const writer = random.pick(writers);
    const lose = (): void => {
      for (const write of writes) if (!write.safe) write.lost = Math.min(write.lost, now);
    };
    switch (random.int(0, 8)) {
      case 0:
        ledger.lose("A test");
        lose();
        break;
      case 1:
      case 2:
      case 3:
        writes.push({ writer, sent: now, span: ledger.span, acknowledged: Infinity, lost: Infinity, safe: false });
        break;
      case 4:
      case 5: {
        const write = pending.length > 0 ? random.pick(pending) : undefined;
        if (write === undefined) break;
        write.acknowledged = now;
        write.writer.wrote(write.span);
        break;
      }
      case 6:
        flushes.push({ writer, flushing: writer.flush(), begun: now, told: Infinity });
        break;
      default: {
        const flush = running.length > 0 ? random.pick(running) : undefined;
        if (flush === undefined) break;
        if (random.chance(0.1)) {
          // It fails for good, and its writer learns by that error.
          flush.flushing.failed();
          lose();
          flush.told = now;
          break;
        }
        flush.flushing.covers();
        const lost = flush.flushing.loss();
        assert.is(lost !== undefined, mustTell(flush, writes, flushes), `${where}, step ${now}`);
        const unhurt = flush.flushing.span === ledger.span;
        for (const write of writes) {
          if (unhurt && write.acknowledged < flush.begun && write.lost === Infinity) write.safe = true;
        }
        if (lost === undefined) {
          silent++;
          flushes = flushes.filter((other) => other !== flush);
        } else {
          told++;
          flush.told = now;
        }
      }
    }
  }
  return { told, silent };
}

test("flushes tell exactly of what is lost and not told, in any order of writes, flushes and losses", () => {
  const seed = runSeed("the ledger of losses");
  const random = new Random(seed);
  let [told, silent] = [0, 0];
  for (let history = 0; history < HISTORIES; history++) {
    const counts = live(random, `seed ${seed}, history ${history}`);
    told += counts.told;
    silent += counts.silent;
  }
  assert.ok(told > 100 && silent > 100, `${told} told, ${silent} silent`);
});

test("what a writer within another one writes is the other's too", () => {
  const ledger = new Ledger();
  const [handle, other] = [{}, {}];
  const stream = { [WITHIN]: handle };
  ledger.writer(stream).wrote(ledger.span);
  assert.is(ledger.writer(other).unflushed, false);
  ledger.lose("A test");
  for (const token of [stream, handle]) {
    assert.is(ledger.writer(token).flush().loss()?.code, "ISCSI_OUTCOME_UNKNOWN");
    assert.is(ledger.writer(token).flush().loss(), undefined);
  }
  assert.is(ledger.writer(other).flush().loss(), undefined);
});

test.run();
