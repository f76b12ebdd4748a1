/** The suite as the script of a page, whose host serves the stage's calls. */

import { type Behavior, watchesMany } from "./_behaviors.ts";
import { runSuite } from "./_suite.ts";

/** A browser opens six connections to a host over HTTP/1.1, and says nothing. */
const warnsOfSix: Behavior = async (call) => {
  const written: string[] = [];
  const { error } = console;
  // deno-lint-ignore no-console
  console.error = (text: unknown) => written.push(String(text));
  try {
    await watchesMany(6, {})(call);
  } finally {
    // deno-lint-ignore no-console
    console.error = error;
  }
  const [warning = ""] = written;
  if (written.length === 1 && warning.includes("a server with HTTP/2")) return;
  throw new Error(`expected a warning, but got: ${written}`);
};

await runSuite({
  stage: location.origin,
  without: ["200 watches at once"],
  more: new Map([
    ["200 watches at once over HTTP/2", watchesMany(200, { tls: true })],
    ["a warning of the sixth watch over HTTP/1.1", warnsOfSix],
  ]),
});
