/** Whether this agent may write to the customer of a chat, and if not, why (SPEC §3). Notes may be written in any. */

import { Standing } from "./desk-chat.js";

/** @returns {{canWrite: boolean, reason: string, canTake: boolean}} */
export function composerState(deskChat) {
  switch (deskChat.standing) {
    case Standing.MINE:
      return { canWrite: true, reason: "", canTake: false };
    case Standing.WAITING:
      return refused("This chat is waiting. Take it to answer.", true);
    case Standing.ASSISTED:
      return refused(`${deskChat.assistantName} answers. Take over to answer yourself.`);
    case Standing.THEIRS:
      return refused(`${deskChat.chat.agent.name || deskChat.chat.agent.email} has this chat. You can read it.`);
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
