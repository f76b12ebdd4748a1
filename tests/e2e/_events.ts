/**
 * Formats events as text, so that the events of this library, those of
 * client-go and the changes acknowledged by the server can be compared line by
 * line.
 */

import type { WatchEvent } from "../../watch/mod.ts";
import type { OracleLine } from "../control_plane/oracle.ts";

/**
 * Formats an event of this library.
 *
 * @param event The event.
 * @returns The type, name and version, or the code and reason.
 */
export function eventText(event: WatchEvent): string {
  if (event.type === "ERROR") {
    return `ERROR ${event.object.code} ${event.object.reason}`;
  }
  const { name, resourceVersion } = event.object.metadata ?? {};
  return changeText(event.type, name, resourceVersion);
}

/**
 * Formats a change in the same way.
 *
 * @param type The type of the change.
 * @param name The name of the object.
 * @param version Its version after the change.
 * @returns The type, name and version.
 */
export function changeText(
  type: string,
  name: string | undefined,
  version: string | undefined,
): string {
  return `${type} ${name} ${version}`;
}

/**
 * Formats the events in the output of an oracle.
 *
 * @param lines The output.
 * @returns The formatted events.
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
 * Asserts that two sequences of events are the same.
 *
 * @param actual The actual events, by the name to use in the message.
 * @param expected The expected events, likewise.
 * @param hint A hint to reproduce a failure, such as a seed.
 * @throws {Error} If they differ; the message shows the first difference.
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
