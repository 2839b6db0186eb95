/** Identifiers a client makes itself. */

/**
 * A new clientMessageId: a random UUID (RFC 9562 §5.4), so that a resend is known as the same message (SPEC §4).
 * `crypto.randomUUID` exists only on https and localhost; a shop still on plain http gets one from random bytes.
 */
export function newClientMessageId() {
  if (globalThis.crypto.randomUUID) return globalThis.crypto.randomUUID();
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
