/** Colours that can be read on the widget's own. */

const HEX_COLOR = /^#[0-9a-f]{6}$/i;

export const isHexColor = (color) => HEX_COLOR.test(color ?? "");

/** White or near-black, whichever stands out more on `background` (WCAG 2.2, contrast ratio). */
export function readableOn(background) {
  const luminance = relativeLuminance(background);
  const whiteContrast = 1.05 / (luminance + 0.05);
  const blackContrast = (luminance + 0.05) / 0.05;
  return whiteContrast >= blackContrast ? "#ffffff" : "#111111";
}

function relativeLuminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
