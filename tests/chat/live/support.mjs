// A genuine Socket.IO client with a memory, so that a test can wait for what has come already.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

export const URL = process.env.HELPDESK_URL;
export const WORLD = JSON.parse(process.env.HELPDESK_WORLD);
export const WAY = process.env.HELPDESK_TRANSPORTS; // "websocket", "polling", or "defaults"
export const PATIENCE_MS = 15_000;
export const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const guests = WORLD.guests[Symbol.iterator]();

/** A visitor who has done nothing yet. */
export const newGuest = () => guests.next().value;

/** Options of a client: the transports under test and nothing else but what is given. */
export function options(more) {
  const transports = WAY === "defaults" ? {} : { transports: [WAY] };
  return { ...transports, forceNew: true, ...more };
}

export class Client {
  #heard = [];
  #waiting = new Set();

  constructor(namespace, auth, more = {}) {
    this.namespace = namespace;
    this.socket = io(`${URL}${namespace}`, options({ auth, ...more }));
    this.socket.onAny((name, ...values) => {
      assert.equal(values.length, 1, `${name} carries exactly one value`);
      this.#heard.push({ name, data: values[0] });
      for (const look of this.#waiting) look();
    });
  }

  /** Wait until the namespace has let this client in. */
  connected() {
    return settle((resolve, reject) => {
      this.socket.once("connect", () => resolve(this));
      this.socket.once("connect_error", reject);
    }, `the connect to ${this.namespace}`);
  }

  /** Wait until the namespace has turned this client away; the error. */
  refused() {
    return settle((resolve, reject) => {
      this.socket.once("connect_error", resolve);
      this.socket.once("connect", () => reject(new Error("it was let in")));
    }, `the refusal by ${this.namespace}`);
  }

  /** Emit, and wait for the ack's one value. */
  ask(name, ...data) {
    return settle((resolve, reject) => {
      this.socket.emit(name, ...data, (...values) => {
        if (values.length === 1) resolve(values[0]);
        else reject(new Error(`the ack of ${name} carries ${values.length} values`));
      });
    }, `the ack of ${name}`);
  }

  /** As `ask`, for what must succeed. */
  async done(name, ...data) {
    const { ok, ...rest } = await this.ask(name, ...data);
    assert.equal(ok, true, `${name}: ${JSON.stringify(rest)}`);
    return rest;
  }

  /** As `ask`, for what must be refused; the error's code. */
  async denied(name, ...data) {
    const answer = await this.ask(name, ...data);
    assert.deepEqual(Object.keys(answer).sort(), ["error", "ok"], JSON.stringify(answer));
    assert.equal(answer.ok, false);
    assert.deepEqual(Object.keys(answer.error).sort(), ["code", "message"]);
    assert.ok(answer.error.message.length > 0);
    return answer.error.code;
  }

  /** The next event of this name that fits and that nobody has taken yet. */
  next(name, fits = () => true) {
    return settle((resolve) => {
      const look = () => {
        const found = this.#heard.findIndex((event) => event.name === name && fits(event.data));
        if (found < 0) return;
        this.#waiting.delete(look);
        resolve(this.#heard.splice(found, 1)[0].data);
      };
      this.#waiting.add(look);
      look();
    }, `the event ${name}`);
  }

  /** All events of this name that nobody has taken, after everything sent before has come. */
  async rest(name, fits = () => true) {
    await this.ask("no-such-event", {}); // a round trip: the server answers in order
    return this.#heard.filter((event) => event.name === name && fits(event.data)).map(({ data }) => data);
  }

  close() {
    this.socket.disconnect();
  }
}

function settle(start, what) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} did not come`)), PATIENCE_MS);
    start(
      (value) => (clearTimeout(timer), resolve(value)),
      (error) => (clearTimeout(timer), reject(error)),
    );
  });
}

/** Let people in, run the test with them, and disconnect them whatever happens. */
export async function together(clients, test) {
  try {
    await test(...(await Promise.all(clients.map((client) => client.connected()))));
  } finally {
    for (const client of clients) client.close();
  }
}

export const onRoot = (person, more) => new Client("/", { token: person.access, ...more });
export const onChat = (person, more) => new Client("/chat", { token: person.access, ...more });

/** Call the REST interface as somebody; the body of the answer. */
export async function rest(person, method, path, body) {
  const answer = await fetch(`${URL}/api/v1/chat/${path}`, {
    method,
    headers: { authorization: `Bearer ${person.access}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return answer.json();
}

/** A new conversation of this customer in a queue, by default the one that Ana and Bo serve. */
export async function startConversation(customer, queueId = WORLD.queues.support) {
  return (await rest(customer, "POST", "conversations", { queueId })).data;
}

/** A conversation that an agent has taken. */
export async function startTakenConversation(customer, agent) {
  const { _id } = await startConversation(customer);
  await together([onChat(agent)], (client) => client.done("claim-chat", { chatId: _id }));
  return _id;
}

export const newClientMessageId = () => randomUUID();

/** Fail unless an object has exactly these keys. */
export function assertKeys(object, keys) {
  assert.deepEqual(Object.keys(object).sort(), keys.split(" ").sort());
}
