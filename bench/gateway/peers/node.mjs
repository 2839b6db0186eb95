// A helpdesk's chats on Node socket.io: who you are, who may join, typing, and stored messages.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { createAdapter } from "@socket.io/redis-adapter";
import Redis from "ioredis";
import jwt from "jsonwebtoken";
import { Server } from "socket.io";

const { secret, redis, database, has_adapter: hasAdapter } = JSON.parse(readFileSync(process.argv[2]));
const port = Number(process.argv[3]);
const TYPING_MS = 6000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SELECT = "SELECT 1 AS found FROM peer_conversation WHERE id = $1 AND (customer_id = $2 OR agent_id = $2)";
const NUMBER =
  "UPDATE peer_conversation SET last_seq = last_seq + 1, updated_at = $3 WHERE id = $1 AND (customer_id = $2 OR agent_id = $2) RETURNING last_seq";
const COLUMNS = "(id, conversation_id, sender_id, text, client_message_id, created_at, seq)";

async function postgresql() {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ host: database.host, user: "postgres", database: database.name, max: 10 });
  const insert = `WITH numbered AS (${NUMBER})
    INSERT INTO peer_message ${COLUMNS} SELECT $4::uuid, $1, $2, $5, $6, $3, last_seq FROM numbered RETURNING seq`;
  return {
    async mayRead(chat, user) {
      return (await pool.query({ name: "read", text: SELECT, values: [chat, user] })).rows.length > 0;
    },
    async store(chat, user, at, id, text, key) {
      const { rows } = await pool.query({ name: "store", text: insert, values: [chat, user, at, id, text, key] });
      return rows[0]?.seq;
    },
  };
}

async function sqlite() {
  const { default: Database } = await import("better-sqlite3");
  const file = new Database(database.path);
  file.pragma("journal_mode = WAL");
  file.pragma("synchronous = FULL");
  file.pragma("busy_timeout = 5000");
  const named = (text) => file.prepare(text.replace("$3", "@at").replaceAll("$1", "@chat").replaceAll("$2", "@user"));
  const [read, number] = [named(SELECT), named(NUMBER)];
  const insert = file.prepare(`INSERT INTO peer_message ${COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const store = file.transaction((chat, user, at, id, text, key) => {
    const row = number.get({ chat, user, at });
    if (row) insert.run(id, chat, user, text, key, at, row.last_seq);
    return row?.last_seq;
  });
  return {
    mayRead: (chat, user) => read.get({ chat, user }) !== undefined,
    store: (chat, user, at, id, text, key) => store.immediate(chat, user, at, id, text, key),
  };
}

const stored = await (database.host ? postgresql() : sqlite());
const client = new Redis({ path: redis });
const notedAt = new Map();

// When somebody last typed in a chat, once in five seconds, as the helpdesk does.
function note(chat) {
  const now = Date.now();
  if (now - (notedAt.get(chat) ?? 0) < 5000) return;
  notedAt.set(chat, now);
  client.set(`typing:${chat}`, now / 1000, "EX", 86400);
}

const http = createServer((request, response) => response.end("ok"));
const options = hasAdapter ? { adapter: createAdapter(new Redis({ path: redis }), new Redis({ path: redis })) } : {};
const io = new Server(http, { ...options, perMessageDeflate: false, serveClient: false });

io.use((socket, next) => {
  try {
    const claims = jwt.verify(socket.handshake.auth.token, secret, { algorithms: ["HS256"], audience: "helpdesk", issuer: "helpdesk" });
    socket.data.user = claims.user_id;
    next();
  } catch {
    next(new Error("The access token is not valid."));
  }
});

io.on("connection", (socket) => {
  const { user } = socket.data;
  const typing = new Map();

  // Checks what is said, answers what comes of it, and what went wrong as an error.
  const on = (event, handle) =>
    socket.on(event, async (data, ack) => {
      try {
        if (typeof data !== "object" || data === null || !UUID.test(data.conversationId)) throw new Error("conversationId");
        ack({ ok: true, ...(await handle(data)) });
      } catch (error) {
        ack?.({ ok: false, error: { code: "invalid_input", message: error.message } });
      }
    });

  function stop(chat) {
    if (!typing.has(chat)) return;
    clearTimeout(typing.get(chat));
    typing.delete(chat);
    socket.to(chat).emit("typing:user-stopped", { conversationId: chat, userId: user, userName: "Customer" });
  }

  on("conversation:join", async ({ conversationId: chat }) => {
    if (!(await stored.mayRead(chat, user))) throw new Error("There is no such conversation.");
    socket.join(chat);
    return { conversation: { id: chat } };
  });

  on("typing:start", ({ conversationId: chat }) => {
    if (!socket.rooms.has(chat)) throw new Error("Join the conversation before you type in it.");
    note(chat);
    if (typing.has(chat)) clearTimeout(typing.get(chat));
    else socket.to(chat).emit("typing:user-typing", { conversationId: chat, userId: user, userName: "Customer" });
    typing.set(chat, setTimeout(stop, TYPING_MS, chat));
    return { conversationId: chat };
  });

  on("typing:stop", ({ conversationId: chat }) => {
    stop(chat);
    return { conversationId: chat };
  });

  on("message:send", async ({ conversationId: chat, messageType, content, clientMessageId }) => {
    if (messageType !== "text" || typeof content !== "string" || content === "" || content.length > 4000) throw new Error("content");
    const [id, createdAt] = [randomUUID(), new Date().toISOString()];
    const seq = await stored.store(chat, user, createdAt, id, content, clientMessageId);
    if (seq === undefined) throw new Error("There is no such conversation.");
    const message = { id, conversationId: chat, seq, senderId: user, senderName: "Customer", messageType, content, clientMessageId, createdAt };
    const sent = { messageId: id, clientMessageId, seq, createdAt };
    socket.emit("message:sent", { ...sent, conversationId: chat });
    io.to(chat).emit("message:new", { message, conversationId: chat });
    return sent;
  });

  socket.on("disconnect", () => typing.forEach((timer) => clearTimeout(timer)));
});

http.listen(port, "127.0.0.1");
