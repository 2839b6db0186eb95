/** Times as people read them, in the language of the page. */

/** "14:05" or "2:05 PM", as the language has it. */
export function clockTime(iso, language) {
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(new Date(iso));
}

/** The local calendar day, as a key to compare: "2026-03-09". */
export function dayKey(iso) {
  const date = new Date(iso);
  const pad = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** "Today", "Yesterday", else the date; the year only when it is another one. */
export function dayLabel(iso, language, now = new Date()) {
  const date = new Date(iso);
  const daysAgo = Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000);
  if (daysAgo === 0 || daysAgo === 1) {
    return capitalized(new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-daysAgo, "day"), language);
  }
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", year }).format(date);
}

/** Date and time in full, for titles and screen readers. */
export function fullTime(iso, language) {
  return new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" }).format(new Date(iso));
}

/** A span in its largest fitting unit: "40 sec", "3 min", "2 hr", "5 days". */
export function duration(seconds, language) {
  const whole = Math.max(0, Math.floor(seconds));
  const [amount, unit] = whole < 60 ? [whole, "second"]
    : whole < 3600 ? [Math.floor(whole / 60), "minute"]
    : whole < 86_400 ? [Math.floor(whole / 3600), "hour"]
    : [Math.floor(whole / 86_400), "day"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(amount);
}

/** Whole seconds from `iso` to `now`, never below zero. */
export function secondsSince(iso, now = Date.now()) {
  return Math.max(0, Math.floor((now - Date.parse(iso)) / 1000));
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function capitalized(text, language) {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}
