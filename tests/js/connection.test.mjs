import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection, ConnectionState, NextStep } from "../../static/shared/connection.js";

const refused = (code) => ({ message: "refused", data: { code } });

test("a first connect is connecting, a later one reconnecting", () => {
  const connection = new Connection();
  connection.connecting();
  assert.equal(connection.state, ConnectionState.CONNECTING);
  connection.connected();
  assert.equal(connection.isOnline, true);
  connection.disconnected("transport close");
  connection.connecting();
  assert.equal(connection.state, ConnectionState.RECONNECTING);
});

test("a lost transport comes back by itself", () => {
  const connection = new Connection();
  connection.connected();
  assert.equal(connection.disconnected("transport close"), NextStep.WAIT);
  assert.equal(connection.disconnected("ping timeout"), NextStep.WAIT);
});

test("after the server's own disconnect the client must reconnect itself", () => {
  const connection = new Connection();
  connection.connected();
  assert.equal(connection.disconnected("io server disconnect"), NextStep.RECONNECT);
});

test("an own disconnect stops there", () => {
  const connection = new Connection();
  connection.connected();
  assert.equal(connection.disconnected("io client disconnect"), NextStep.STOP);
  assert.equal(connection.state, ConnectionState.IDLE);
});

test("an unreachable server is offline, and waited for", () => {
  const connection = new Connection();
  connection.connecting();
  assert.equal(connection.connectFailed({ message: "websocket error" }), NextStep.WAIT);
  assert.equal(connection.state, ConnectionState.OFFLINE);
});

for (const code of ["token_expired", "token_invalid", "token_missing"]) {
  test(`${code} asks for a fresh token once, then is refused`, () => {
    const connection = new Connection();
    connection.connecting();
    assert.equal(connection.connectFailed(refused(code)), NextStep.REFRESH_TOKEN);
    assert.notEqual(connection.state, ConnectionState.REFUSED);
    assert.equal(connection.connectFailed(refused(code)), NextStep.STOP);
    assert.equal(connection.state, ConnectionState.REFUSED);
    assert.equal(connection.code, code);
  });
}

test("after a successful connect the token may be refreshed again", () => {
  const connection = new Connection();
  connection.connectFailed(refused("token_expired"));
  connection.connected();
  assert.equal(connection.connectFailed(refused("token_expired")), NextStep.REFRESH_TOKEN);
});

test("forbidden is refused at once with its code", () => {
  const connection = new Connection();
  assert.equal(connection.connectFailed(refused("forbidden")), NextStep.STOP);
  assert.equal(connection.state, ConnectionState.REFUSED);
  assert.equal(connection.code, "forbidden");
});

test("coming online clears the refusal", () => {
  const connection = new Connection();
  connection.refuse("forbidden");
  connection.connected();
  assert.equal(connection.code, null);
});

test("a lost network does not make a refused or idle connection look offline", () => {
  const connection = new Connection();
  connection.networkLost();
  assert.equal(connection.state, ConnectionState.IDLE);
  connection.refuse("forbidden");
  connection.networkLost();
  assert.equal(connection.state, ConnectionState.REFUSED);
});

test("each change is told once", () => {
  const states = [];
  const connection = new Connection((state) => states.push(state));
  connection.connecting();
  connection.connecting();
  connection.connected();
  connection.networkLost();
  assert.deepEqual(states, ["connecting", "online", "offline"]);
});

test("the wait before a reconnect grows, is capped, and starts over after a success", () => {
  const connection = new Connection();
  const longest = () => connection.reconnectDelay(() => 1);
  const delays = Array.from({ length: 8 }, longest);
  assert.deepEqual(delays.slice(0, 3), [1500, 2500, 4500]);
  assert.equal(delays.at(-1), 30_500);
  connection.connected();
  assert.equal(longest(), 1500);
  assert.ok(connection.reconnectDelay(() => 0) >= 500, "never at once");
});
