// The SDK, in a process whose tokens are short: prints what it does when its own is about to end.
import { Socket } from "socket.io-client";

import { Helpdesk } from "../../../static/sdk/helpdesk.js";
import { readJson, MemoryStorage } from "../../../static/shared/storage.js";

const { HELPDESK_URL: origin, HELPDESK_WIDGET: widgetKey } = process.env;
const storage = new MemoryStorage();
const session = () => readJson(storage, `helpdesk:${widgetKey}:session`);
const helpdesk = new Helpdesk({ origin, widgetKey, storage });
let disconnects = 0;
const tokens = [];
const errors = [];
const { emit } = Socket.prototype;
Socket.prototype.emit = function listen(event, data) {
  if (event === "refresh-token") tokens.push(data.token);
  return emit.apply(this, arguments);
};
helpdesk.on("error", ({ code }) => errors.push(code));
helpdesk.on("disconnect", () => { disconnects += 1; });

const visitor = await helpdesk.getLiveChatToken({ name: "Vera" });
const { access } = session();
helpdesk.connect();
await helpdesk.createLiveChatConversation();
while (session().access === access) await new Promise((resolve) => setTimeout(resolve, 50));
const sent = new Promise((resolve) => helpdesk.on("message", ({ isOwn }) => isOwn && resolve()));
helpdesk.sendMessage("Still here");
await sent;
console.log(JSON.stringify({
  renewed: tokens.length === 1 && tokens[0] === session().access,
  isAnothers: session().visitor._id !== visitor._id,
  disconnects,
  errors,
}));
process.exit(0);
