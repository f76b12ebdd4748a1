/**
 * JSON values as Go knows and writes them.
 *
 * @module
 */

import { isRecord } from "./json_fields.ts";

/**
 * The name of the type that Go makes of a JSON value.
 *
 * @param value The value.
 * @returns The name, as Go's `%T` writes it.
 */
export function goTypeName(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (isRecord(value)) return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  if (typeof value !== "number") return "string";
  return Number.isInteger(value) ? "int64" : "float64";
}

/**
 * A value as Go's `%v` writes it.
 *
 * @param value The value.
 * @returns The text: `"[a b]"` for a list, `"map[a:1]"` for a map.
 */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "number") return goNumber(value);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  const entries = Object.entries(value).sort(byKey)
    .map(([key, value]) => `${key}:${goText(value)}`);
  return `map[${entries.join(" ")}]`;
}

/** What fits is an int, all else a float: `1.2345675e+06`. */
function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) {
    return String(BigInt(value));
  }
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  const sign = power < 0 ? "-" : "+";
  return `${mantissa}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}

/**
 * A value as Go's `json.Marshal` writes it: keys in order, and nothing that a
 * browser would take for HTML.
 *
 * @param value The value.
 * @param indent Blanks that a level is indented by; 0 for a single line.
 * @returns The text.
 */
export function goJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, sortKeys, indent).replace(
    /[<>&\u2028\u2029]/g,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sortKeys(_key: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(byKey));
}

function byKey(
  [a]: readonly [string, unknown],
  [b]: readonly [string, unknown],
): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
