// JSON with the bare words NaN and Infinity, which the server takes and sends for numbers that are missing or too large.

const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;
const READ = { NaN: "null", Infinity: "1e999", "-Infinity": "-1e999" };

/**
 * Reads JSON; NaN becomes null.
 * @param {string} text
 */
export const parse = (text) => JSON.parse(text.replace(STRING_OR_WORD, (found) => READ[found] ?? found));

/**
 * Writes JSON; null, which no record holds, becomes NaN, a missing number.
 * @param {*} value
 * @returns {string}
 */
export function write(value) {
  if (value === null) return "NaN";
  if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${write(inner)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}
