/** A file in a message: a picture that opens in a tab of its own, a sound or a video that can be played. */

import { element } from "./elements.js";

/** So long an address is good at least. */
const GOOD_MILLISECONDS = 25 * 60_000;

/**
 * @param {object} media
 * @param {Function} t
 * @param {() => void} onStale  a fresh address is needed; `renew` takes it
 */
export function createMedia(media, t, onStale) {
  const { _id, name, type, thumbnailUrl, width, height } = media;
  let goodUntil = 0;
  let isBroken = false;
  const isImage = type === "image";
  const player = isImage
    ? element("img", { alt: t("open-image", { name }), width, height })
    : element(type, { controls: true, preload: "none", poster: thumbnailUrl, "aria-label": name, width, height });
  const refreshOld = () => Date.now() > goodUntil && onStale();
  const link = element("a", { class: "media", target: "_blank", rel: "noopener", onpointerenter: refreshOld, onfocus: refreshOld });
  player.addEventListener("error", () => {
    if (isBroken) return;
    isBroken = true;
    onStale();
  });
  const view = {
    id: _id,
    url: null,
    node: isImage ? link : player,
    renew({ url, thumbnailUrl: small }) {
      if (view.url === null || isBroken || player.readyState === 0) player.src = isImage ? (small ?? url) : url;
      isBroken = false;
      view.url = url;
      link.href = url;
      goodUntil = Date.now() + GOOD_MILLISECONDS;
    },
  };
  if (isImage) link.append(player);
  view.renew(media);
  return view;
}
