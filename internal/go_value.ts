/**
 * JSON values as Go represents and formats them. A `bigint` is an integer that a
 * `number` cannot hold exactly.
 *
 * @module
 */

import { isRecord } from "./json_fields.ts";

/**
 * The Go type that a JSON value is unmarshaled into.
 *
 * @param value The value.
 * @returns The name of the type, as Go's `%T` formats it.
 */
export function goTypeName(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (isRecord(value)) return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") {
    return isInt64(value) ? "int64" : "float64";
  }
  if (typeof value !== "number") return "string";
  return Number.isInteger(value) ? "int64" : "float64";
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/**
 * Formats a JSON value as Go's `%v` does.
 *
 * @param value The value.
 * @returns The text: `"[a b]"` for a list, `"map[a:1]"` for a map.
 */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "number") return goNumber(value);
  if (typeof value === "bigint" && !isInt64(value)) {
    return goNumber(Number(value));
  }
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  const entries = Object.entries(value).sort(byKey)
    .map(([key, value]) => `${key}:${goText(value)}`);
  return `map[${entries.join(" ")}]`;
}

/** A number that fits is an int, any other a float: `1.2345675e+06`. */
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
 * Encodes a value as Go's `json.Marshal` does: keys sorted, and characters that
 * are special in HTML escaped.
 *
 * @param value The value.
 * @param indent Spaces to indent each level by; 0 for a single line.
 * @returns The JSON.
 */
export function goJson(value: unknown, indent = 0): string {
  return encode(value, " ".repeat(indent), "").replace(
    /[<>&\u2028\u2029]/g,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Like `JSON.stringify`, which throws on a `bigint`. */
function encode(value: unknown, step: string, margin: string): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null || value instanceof Date) {
    return JSON.stringify(value) ?? "null";
  }
  const isList = Array.isArray(value);
  const inner = margin + step;
  const parts: string[] = [];
  // Loops, so that a deeply nested value takes little of the stack.
  if (isList) {
    for (const element of value) parts.push(encode(element, step, inner));
  } else {
    const colon = step === "" ? ":" : ": ";
    for (const [key, field] of Object.entries(value).sort(byKey)) {
      if (field === undefined) continue;
      const text = encode(field, step, inner);
      parts.push(`${JSON.stringify(key)}${colon}${text}`);
    }
  }
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (step === "" || parts.length === 0) {
    return `${open}${parts.join(",")}${close}`;
  }
  const separator = `,\n${inner}`;
  return `${open}\n${inner}${parts.join(separator)}\n${margin}${close}`;
}

function byKey(
  [a]: readonly [string, unknown],
  [b]: readonly [string, unknown],
): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
