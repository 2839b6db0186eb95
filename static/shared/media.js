/** Files people send: what they may be, and how they get to the server (SPEC §6 `POST media`). */

/** Of one file, in bytes; the server's limit. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** What a file chooser offers. */
export const ACCEPTED_FILES = "image/*,audio/*,video/*";

/** "image", "audio" or "video"; null for anything else, which cannot be sent. */
export function mediaTypeOf(file) {
  return /^(image|audio|video)\//.exec(file.type)?.[1] ?? null;
}

/** The code of why a file cannot be sent, "file-type" or "file-size"; null when it can. */
export function refusalOf(file) {
  if (mediaTypeOf(file) === null) return "file-type";
  return file.size > MAX_FILE_BYTES ? "file-size" : null;
}

/** "345 kB", "2.1 MB", in the reader's language. */
export function fileSize(bytes, language) {
  const [amount, unit] = bytes < 1_000_000 ? [Math.max(1, Math.round(bytes / 1000)), "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
}

/**
 * Uploads one file; resolves with the status and body of the answer, rejects when none came.
 * XMLHttpRequest, because `fetch` does not tell how much has gone out.
 * @param {string} url
 * @param {{file: File, access: string, onProgress: (fraction: number) => void, signal: AbortSignal}} options
 */
export function postFile(url, { file, access, onProgress, signal }) {
  const form = new FormData();
  form.append("type", mediaTypeOf(file));
  form.append("media", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Authorization", `Bearer ${access}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => resolve({ status: request.status, body: request.response });
    request.onerror = request.onabort = () => reject(new Error("The file could not be sent."));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
