/** Whether this agent may write to the customer of a chat, and if not, why (SPEC §3). Notes may be written in any. */

import { Standing } from "./desk-chat.js";

/** @returns {{canWrite: boolean, reason: string, canTake: boolean}} */
export function composerState(deskChat) {
  switch (deskChat.standing) {
    case Standing.MINE:
      return { canWrite: true, reason: "", canTake: false };
    case Standing.WAITING:
      return refused("This chat is waiting. Take it to answer.", true);
    case Standing.THEIRS:
      return refused(theirs(deskChat.chat));
    case Standing.RESOLVED:
      return refused("This chat is resolved. It opens again when the customer writes.");
    case Standing.CLOSED:
      return refused(deskChat.ending ?? "This chat is closed.");
    default:
      return refused("Loading…");
  }
}

function refused(reason, canTake = false) {
  return { canWrite: false, reason, canTake };
}

function theirs(chat) {
  const name = chat.agent?.name || chat.agent?.email;
  return name ? `${name} has this chat. You can read it.` : "The assistant has this chat. You can read it.";
}
