/** What the assistant says while it says it, put together from `chat-stream` (SPEC §9). */
export class Stream {
  /** The answer that is being given, `{id, text, tool, after}`, or null: `tool` is the one it uses just now, or null, `after` a seq. */
  answer = null;
  #endedId = null;
  #isInterrupted = false;

  /** Takes a part of an answer, which stands after the message `lastSeq`; what comes late of one that is over changes nothing. */
  apply({ streamId, event, text, offset, name, messageId }, lastSeq) {
    if (streamId === this.#endedId) return;
    this.#isInterrupted = false;
    if (event === "end") {
      this.#endedId = streamId;
      // What was said stands until the message is there.
      if (!messageId) this.answer = null;
      return;
    }
    const known = this.answer?.id === streamId ? this.answer : { id: streamId, text: "", after: lastSeq };
    if (event !== "chunk") {
      this.answer = { ...known, tool: event === "tool-use" ? name : null };
      return;
    }
    // Offsets count characters, of which some are two units long in JavaScript.
    const characters = [...known.text];
    // After a gap the server says the whole again.
    if (offset <= characters.length) this.answer = { ...known, text: characters.slice(0, offset).join("") + text, tool: null };
  }

  /** A message of the assistant that is new is what it was saying. */
  applyMessage({ fromAssistant, seq }) {
    if (fromAssistant && seq > this.answer?.after) this.end();
  }

  /** Somebody else answers now. */
  end() {
    this.#endedId = this.answer?.id ?? this.#endedId;
    this.answer = null;
  }

  /** Nothing is heard any more; whoever joins again is told first what was said so far. */
  interrupt() {
    this.#isInterrupted = true;
  }

  /** Joined again: an answer of which nothing was told is over. */
  settle() {
    if (this.#isInterrupted) this.answer = null;
  }
}
