import { test } from "uvu";
import * as assert from "uvu/assert";
import { SEEN, State, TRANSITIONS } from "../../../src/session/states.ts";

const ALL = Object.values(State);

test("every state has a row, and rows name states", () => {
  assert.equal(Object.keys(TRANSITIONS).sort(), [...ALL].sort());
  for (const next of Object.values(TRANSITIONS)) for (const state of next) assert.ok(ALL.includes(state));
});

test("every state but the first can be reached, and from each the session can be closed", () => {
  const reachable = (from: State): Set<State> => {
    const seen = new Set<State>();
    const todo = [from];
    for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
      for (const next of TRANSITIONS[state]) {
        if (!seen.has(next)) todo.push(next);
        seen.add(next);
      }
    }
    return seen;
  };
  assert.equal([...reachable(State.Connecting), State.Connecting].sort(), [...ALL].sort());
  for (const state of ALL) if (state !== State.Closed) assert.ok(reachable(state).has(State.Closed), state);
});

test("a closed session stays closed, and no LUN is used before it has been checked", () => {
  assert.equal(TRANSITIONS[State.Closed], []);
  assert.not.ok(TRANSITIONS[State.Reconnecting].includes(State.Connected));
  assert.equal(TRANSITIONS[State.Closing], [State.Closed]);
});

test("users see the five states that are documented", () => {
  assert.equal([...new Set(Object.values(SEEN))], ["connecting", "connected", "reconnecting", "closing", "closed"]);
  assert.is(SEEN[State.Leaving], "connected");
  assert.is(SEEN[State.Verifying], "reconnecting");
});

test.run();
