/**
 * Random JSON that looks like what an API server sends, and ways to write it.
 *
 * @module
 */

import fc from "fast-check";

/** What identifies an object. */
export const IDENTITY_FIELDS = [
  "name",
  "namespace",
  "uid",
  "resourceVersion",
] as const;

/** Texts that look like what the scanner looks for, and any other. */
export const text = fc.oneof(
  fc.constantFrom(
    ...IDENTITY_FIELDS,
    "metadata",
    "managedFields",
    "type",
    "object",
    "ADDED",
    "",
    '"',
    "\\",
    "\\u0061",
    '}},"type":"DELETED"',
    '{"name":"x"}',
    "é🎈\u2028\u0000",
    `${"long ".repeat(20)}\\"\\\\${"\\".repeat(5)}"`,
    "\\".repeat(65),
    "long ".repeat(20),
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
);

/** Any value. */
export const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.constantFrom(null, true, 0, -1.5e-7, 1e21),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.array(fc.tuple(text, tie("value")), { maxLength: 4 })
    .map((members) => new Members(members)),
})).value;

/** An object whose keys may come twice. */
export class Members {
  constructor(readonly members: readonly (readonly [string, unknown])[]) {}
}

/** The metadata of an object. */
export const metadata = fc.array(
  fc.oneof(
    {
      arbitrary: fc.tuple(fc.constantFrom(...IDENTITY_FIELDS), text),
      weight: 3,
    },
    fc.tuple(fc.constantFrom("managedFields", "labels"), value),
    fc.tuple(text, value),
  ),
  { maxLength: 6 },
).map((members) => new Members(members));

/** An object. */
export const object = fc.array(
  fc.oneof(
    { arbitrary: fc.tuple(fc.constant("metadata"), metadata), weight: 3 },
    fc.tuple(fc.constantFrom("kind", "spec", "status"), value),
    fc.tuple(text, value),
  ),
  { maxLength: 4 },
).map((members) => new Members(members));

/**
 * Writes JSON in one of the many ways that it can be written.
 *
 * @param value The value.
 * @param escaped Whether each character of a string is escaped.
 * @param space What follows a colon.
 * @returns The text.
 */
export function write(value: unknown, escaped: boolean, space: string): string {
  const key = (text: string) =>
    escaped ? escapeAll(text) : JSON.stringify(text);
  if (value instanceof Members) {
    const members = value.members.map(([name, member]) =>
      `${key(name)}:${space}${write(member, escaped, space)}`
    );
    return `{${members.join(",")}}`;
  }
  if (!Array.isArray(value)) {
    return typeof value === "string" ? key(value) : JSON.stringify(value);
  }
  return `[${value.map((item) => write(item, escaped, space)).join(",")}]`;
}

function escapeAll(text: string): string {
  const escapes = Array.from(
    { length: text.length },
    (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`,
  );
  return `"${escapes.join("")}"`;
}

/**
 * An object without its `managedFields`.
 *
 * @param object The object, which stays as it is.
 * @returns A copy.
 */
export function withoutManagedFields(object: unknown): unknown {
  const copy = structuredClone(object);
  if (typeof copy !== "object" || copy === null) return copy;
  const metadata: unknown = Reflect.get(copy, "metadata");
  if (typeof metadata === "object" && metadata !== null) {
    Reflect.deleteProperty(metadata, "managedFields");
  }
  return copy;
}
