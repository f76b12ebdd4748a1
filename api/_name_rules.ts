/**
 * Validates label keys, label values and object names, with the rules and the
 * messages of `k8s.io/apimachinery/pkg/api/validate/content`.
 *
 * @module
 */

const LABEL_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`;

const LABEL_KEY_RULE = mustMatch(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start " +
    "and end with an alphanumeric character",
  LABEL_NAME,
  ["MyName", "my.name", "123-abc"],
);
const LABEL_VALUE_RULE = mustMatch(
  "a valid label must be an empty string or consist of alphanumeric " +
    "characters, '-', '_' or '.', and must start and end with an " +
    "alphanumeric character",
  `(${LABEL_NAME})?`,
  ["MyValue", "my_value", "12345"],
);
const SUBDOMAIN_RULE = mustMatch(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric " +
    "characters, '-' or '.', and must start and end with an alphanumeric " +
    "character",
  SUBDOMAIN,
  ["example.com"],
);

/** Returns what is wrong with a label key; empty if it is valid. */
export function labelKeyErrors(key: string): string[] {
  const parts = key.split("/");
  if (parts.length > 2) {
    return [
      `a valid label key ${LABEL_KEY_RULE} with an optional DNS subdomain ` +
      "prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const errors: string[] = [];
  if (prefix === "") errors.push("prefix part must be non-empty");
  else if (prefix !== undefined) {
    errors.push(
      ...subdomainErrors(prefix).map((error) => `prefix part ${error}`),
    );
  }
  if (name === "") errors.push("name part must be non-empty");
  else if (byteLength(name) > 63) errors.push(`name part ${tooLong(63)}`);
  if (!matches(LABEL_NAME, name)) errors.push(`name part ${LABEL_KEY_RULE}`);
  return errors;
}

/** Returns what is wrong with a label value; empty if it is valid. */
export function labelValueErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 63) errors.push(tooLong(63));
  if (!matches(`(${LABEL_NAME})?`, value)) errors.push(LABEL_VALUE_RULE);
  return errors;
}

/**
 * Returns what is wrong with a DNS subdomain; empty if it is valid. Most object
 * names must be one. Of names, servers say "characters" where they mean bytes.
 */
export function subdomainErrors(
  name: string,
  unit: "bytes" | "characters" = "bytes",
): string[] {
  const errors: string[] = [];
  if (byteLength(name) > 253) errors.push(tooLong(253, unit));
  if (!matches(SUBDOMAIN, name)) errors.push(SUBDOMAIN_RULE);
  return errors;
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}

function mustMatch(
  rule: string,
  pattern: string,
  examples: readonly string[],
): string {
  const quoted = examples.map((example) => `'${example}', `).join(" or ");
  return `${rule} (e.g. ${quoted}regex used for validation is '${pattern}')`;
}

function tooLong(length: number, unit = "bytes"): string {
  return `must be no more than ${length} ${unit}`;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
