/** Identifiers a client makes itself. */

/**
 * A new clientMessageId, by which a resend is known as the same message (SPEC §4: any string up to 64 characters).
 * `crypto.randomUUID` exists only on https and localhost; a shop still on plain http gets as many random bits.
 */
export function newClientMessageId() {
  const { crypto } = globalThis;
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
