import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, ApiError } from "../../static/desk/net/api.js";
import { SessionTokens, SignedOutError, requestSessionToken } from "../../static/desk/net/tokens.js";

const MINUTE = 60_000;

function issuer(lifetimeMilliseconds, now) {
  let issued = 0;
  const request = async () => {
    issued += 1;
    return { access: `token-${issued}`, expiresAt: new Date(now() + lifetimeMilliseconds).toISOString() };
  };
  return { request, issued: () => issued };
}

const json = (status, body) => new Response(JSON.stringify(body), { status });

test("a token is used again while it is good, and renewed before it ends", async () => {
  let time = 0;
  const { request, issued } = issuer(10 * MINUTE, () => time);
  const tokens = new SessionTokens(request, () => time);
  assert.deepEqual([await tokens.get(), await tokens.get()], ["token-1", "token-1"]);
  time = 9 * MINUTE + 1;
  assert.equal(await tokens.get(), "token-2");
  assert.equal(issued(), 2);
});

test("many calls at once ask for one token", async () => {
  const { request, issued } = issuer(10 * MINUTE, () => 0);
  const tokens = new SessionTokens(request, () => 0);
  assert.deepEqual(await Promise.all([tokens.get(), tokens.get(), tokens.renew()]), ["token-1", "token-1", "token-1"]);
  assert.equal(issued(), 1);
});

test("after a failure the next call asks again", async () => {
  let fails = true;
  const tokens = new SessionTokens(async () => {
    if (fails) throw new Error("not reached");
    return { access: "token", expiresAt: new Date(10 * MINUTE).toISOString() };
  }, () => 0);
  await assert.rejects(tokens.get(), /not reached/);
  fails = false;
  assert.equal(await tokens.get(), "token");
});

test("the token is asked for with Django's CSRF cookie", async () => {
  let sent;
  const fetch = async (url, options) => {
    sent = { url, ...options };
    return json(200, { access: "a", expiresAt: "2026-03-09T10:00:00.000Z" });
  };
  const answer = await requestSessionToken("/admin/desk/token", { fetch, cookies: () => "theme=dark; csrftoken=abc123; other=1" });
  assert.equal(answer.access, "a");
  assert.deepEqual([sent.url, sent.method, sent.headers["X-CSRFToken"]], ["/admin/desk/token", "POST", "abc123"]);
});

test("a session that ended is told apart from a server in trouble", async () => {
  const ask = (status) => requestSessionToken("/", { fetch: async () => json(status, {}), cookies: () => "" });
  await assert.rejects(ask(401), SignedOutError);
  await assert.rejects(ask(403), SignedOutError);
  await assert.rejects(ask(503), (error) => !(error instanceof SignedOutError) && /503/.test(error.message));
});

const tokensFrom = (...names) => {
  const { length } = names;
  let used = 0;
  return { get: async () => names[Math.min(used, length - 1)], renew: async () => names[++used] };
};

test("lists are read to the last page", async () => {
  const fetch = async (url) => {
    const page = Number(new URL(url, "http://desk").searchParams.get("page"));
    return json(200, { data: [{ _id: `c${page}` }], pagination: { currentPage: page, totalPages: 3 } });
  };
  const found = await new Api("/api/", tokensFrom("t"), fetch).waitingConversations();
  assert.deepEqual(found.map((conversation) => conversation._id), ["c1", "c2", "c3"]);
});

test("a refused token is renewed once, and the call repeated with the new one", async () => {
  const used = [];
  const fetch = async (url, { headers }) => {
    used.push(headers.Authorization);
    return used.length === 1 ? json(401, { message: "expired" }) : json(200, { data: [] });
  };
  await new Api("/api/", tokensFrom("old", "new"), fetch).presence();
  assert.deepEqual(used, ["Bearer old", "Bearer new"]);
});

test("a second refusal is an error with the server's own words", async () => {
  const fetch = async () => json(401, { success: false, message: "The person is not active." });
  const api = new Api("/api/", tokensFrom("old", "new"), fetch);
  await assert.rejects(api.presence(), (error) => error instanceof ApiError && error.status === 401 && /not active/.test(error.message));
});

test("older messages come in the words of the socket", async () => {
  let asked;
  const fetch = async (url) => {
    asked = url;
    return json(200, { data: [{ _id: "m1", conversationId: "c", seq: 7, content: "Hello", messageType: "text", senderId: { _id: "id-vera", role: "User" } }] });
  };
  const [message] = await new Api("/api/", tokensFrom("t"), fetch).messagesBefore("c", 8);
  assert.match(asked, /^\/api\/messages\/c\?before=8&limit=50$/);
  assert.deepEqual([message.chatId, message.seq, message.text, message.fromAgent], ["c", 7, "Hello", false]);
});
