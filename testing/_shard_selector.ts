/**
 * Shard selectors, as `k8s.io/apiserver/pkg/sharding` parses them: ranges of the
 * hash of a UID or namespace, joined by `||`.
 *
 * @module
 */

import { fnv1a64 } from "../internal/fnv1a.ts";
import type { KubernetesObject } from "../api/types.ts";

/** A parsed shard selector. */
export interface ShardSelector {
  /** The selector in its canonical form. */
  readonly text: string;
  /** Returns whether an object is in the shard. */
  matches(object: KubernetesObject): boolean;
}

interface Range {
  readonly key: string;
  readonly start: bigint;
  readonly end: bigint;
}

const RANGE = /^shardRange\(\s*([a-z.A-Z]+)\s*,\s*(.*?)\s*,\s*(.*?)\s*\)$/;
const KEYS = ["object.metadata.uid", "object.metadata.namespace"];
const END = "0x10000000000000000";

/**
 * Parses a shard selector.
 *
 * @param selector The selector.
 * @returns The parsed selector.
 * @throws {SyntaxError} If it is not valid.
 */
export function parseShardSelector(selector: string): ShardSelector {
  const ranges = selector.split("||").map((part) => parseRange(part.trim()));
  const [first, ...others] = ranges.map(({ key }) => key);
  const other = others.find((key) => key !== first);
  if (other !== undefined) {
    throw new SyntaxError(
      `all shard ranges must use the same field, got "${first}" and "${other}"`,
    );
  }
  return {
    text: ranges.map(textOf).join(" || "),
    matches: ({ metadata }) => {
      const value = first === "object.metadata.uid"
        ? metadata?.uid
        : metadata?.namespace;
      const hash = fnv1a64(value ?? "");
      return ranges.some(({ start, end }) => start <= hash && hash < end);
    },
  };
}

function parseRange(text: string): Range {
  const match = RANGE.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `${text}: expected shardRange(field, hexStart, hexEnd)`,
    );
  }
  const [, key = "", from = "", to = ""] = match;
  if (!KEYS.includes(key)) {
    throw new SyntaxError(
      `unsupported field path "${key}"; supported: ${KEYS.join(", ")}`,
    );
  }
  const start = parseHex(from, "hexStart");
  const end = parseHex(to, "hexEnd");
  if (start < end) return { key, start, end };
  throw new SyntaxError(
    `shard range start ${hex(start)} must be less than end ${hex(end)}`,
  );
}

function parseHex(literal: string, name: string): bigint {
  const [, quoted] = /^'(.*)'$/.exec(literal) ?? /^"(.*)"$/.exec(literal) ?? [];
  if (quoted === undefined) {
    throw new SyntaxError(`${name} must be a string literal (e.g. '0xff')`);
  }
  if (quoted === END || /^0x[0-9a-f]{16}$/.test(quoted)) return BigInt(quoted);
  throw new SyntaxError(
    `${name} must be a 0x-prefixed 16-digit hex value, got "${quoted}"`,
  );
}

function textOf({ key, start, end }: Range): string {
  return `shardRange(${key}, '${hex(start)}', '${hex(end)}')`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(16, "0")}`;
}
