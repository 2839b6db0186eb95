/** What messages and files are called where there is room for words only. */

const TYPES = { image: "Image", audio: "Audio", video: "Video" };

const REFUSALS = {
  "file-type": "Only images, audio and video can be sent.",
  "file-size": "A file can have 10 MB at most.",
};

/** A message or an outbox entry as a text. */
export function wordsOf({ text, media, deletedAt }) {
  if (deletedAt) return "Message deleted";
  return text || (media ? `${TYPES[media.type]}: ${media.name}` : "");
}

/** Why a file was not sent. */
export function refusalWords({ code, message }) {
  return REFUSALS[code] ?? message;
}
