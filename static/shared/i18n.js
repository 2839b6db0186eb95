/** Words in the reader's language. */

const RIGHT_TO_LEFT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"]);

/**
 * The first of `wanted` (BCP 47 tags, the reader's preference first) that there are words for, else `fallback`.
 * Words for "de" serve "de-AT".
 */
export function chooseLanguage(wanted, available, fallback = "en") {
  for (const tag of wanted) {
    const lowered = (tag ?? "").toLowerCase();
    const match = available.find((name) => name === lowered) ?? available.find((name) => name === lowered.split("-")[0]);
    if (match) return match;
  }
  return fallback;
}

/**
 * A function `t(key, values)` over one dictionary. `{name}` in a text stands for `values.name`.
 * A text may be an object by plural category (`one`, `few`, `other`, …), chosen by `values.count`.
 * An unknown key is shown as it is.
 */
export function translator(dictionary, language) {
  const plurals = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const found = Object.hasOwn(dictionary, key) ? dictionary[key] : key;
    const text = typeof found === "string" ? found : (found[plurals.select(values.count)] ?? found.other);
    return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
  };
}

/** "rtl" or "ltr" for a language tag. */
export function direction(language) {
  return RIGHT_TO_LEFT.has((language ?? "").toLowerCase().split("-")[0]) ? "rtl" : "ltr";
}
