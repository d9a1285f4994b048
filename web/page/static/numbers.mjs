// Numbers, dates and times of day as people read them.

const DAY = 86400000; // milliseconds

/**
 * A number with as many digits as say something.
 * @param {number | null} value
 * @param {number} digits
 */
export function short(value, digits = 4) {
  if (value === null || !Number.isFinite(value)) return value === null ? "–" : String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return String(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size))))));
}

/** A share as a percentage. @param {number} share */
export function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "<0.1%";
  if (value < 100 && value > 99.9) return ">99.9%";
  return `${value.toFixed(1)}%`;
}

/** A time that a user waited. @param {number} seconds */
export const duration = (seconds) =>
  seconds < 1 ? `${Math.max(1, Math.round(1000 * seconds))} ms` : `${seconds.toFixed(1)} s`;

/**
 * Days since 1970-01-01 UTC as a field of the browser has them.
 * @param {number} days
 * @param {boolean} hours Whether the time of day is wanted, too.
 */
export function dateOfDays(days, hours) {
  const date = new Date(Math.round(days * 1440) * 60000);
  if (Number.isNaN(date.getTime())) return "";
  return date.toISOString().slice(0, hours ? 16 : 10);
}

/** Days since 1970-01-01 UTC of "2024-05-31" or "2024-05-31T14:00". @param {string} text */
export const daysOfDate = (text) => Date.parse(text.includes("T") ? `${text}Z` : text) / DAY;

/** "14:05" of minutes. @param {number} minutes */
export function clockOfMinutes(minutes) {
  const whole = Math.round(minutes);
  return [Math.floor(whole / 60), whole % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** Minutes of "14:05". @param {string} text */
export const minutesOfClock = (text) => text.split(":").reduce((minutes, part) => 60 * minutes + Number(part), 0);
