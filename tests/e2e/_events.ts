/**
 * Events as text, whoever saw them, so that what this library delivered, what
 * client-go delivered and what the server acknowledged can be held against each
 * other line by line.
 */

import type { WatchEvent } from "../../watch/mod.ts";
import type { OracleLine } from "../control_plane/oracle.ts";

/**
 * An event of this library.
 *
 * @param event It.
 * @returns Type, name and version, or code and reason.
 */
export function eventText(event: WatchEvent): string {
  if (event.type === "ERROR") {
    return `ERROR ${event.object.code} ${event.object.reason}`;
  }
  const { name, resourceVersion } = event.object.metadata ?? {};
  return changeText(event.type, name, resourceVersion);
}

/**
 * A change, in the same words.
 *
 * @param type What happened.
 * @param name To which object.
 * @param version Its version after that.
 * @returns Type, name and version.
 */
export function changeText(
  type: string,
  name: string | undefined,
  version: string | undefined,
): string {
  return `${type} ${name} ${version}`;
}

/**
 * The events among the lines of an oracle.
 *
 * @param lines What it printed.
 * @returns Their texts.
 */
export function oracleEvents(lines: readonly OracleLine[]): string[] {
  const texts: string[] = [];
  for (const { type, name, resourceVersion, code, reason } of lines) {
    if (type === "ERROR") texts.push(`ERROR ${code} ${reason}`);
    else if (type) texts.push(changeText(type, name, resourceVersion));
  }
  return texts;
}

/**
 * Asserts that two saw the same events in the same order.
 *
 * @param actual What one saw, by the name it goes by in the message.
 * @param expected What the other saw, likewise.
 * @param hint What helps to repeat it, such as a seed.
 * @throws {Error} If they differ; it shows the first difference.
 */
export function assertSameEvents(
  actual: readonly [name: string, texts: readonly string[]],
  expected: readonly [name: string, texts: readonly string[]],
  hint = "",
): void {
  const [, left] = actual;
  const [, right] = expected;
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index++) {
    if (left[index] === right[index]) continue;
    const excerpts = [actual, expected].map(([name, texts]) =>
      `${name} (${texts.length}):\n${excerpt(texts, index)}`
    );
    throw new Error(
      `Events differ from number ${index} on ${hint}\n${excerpts.join("\n")}`,
    );
  }
}

function excerpt(texts: readonly string[], index: number): string {
  const from = Math.max(0, index - 3);
  const rows = texts.slice(from, index + 4);
  return rows.map((text, offset) => {
    const number = from + offset;
    return `${number === index ? " >" : "  "} ${number}: ${text}`;
  }).join("\n");
}
