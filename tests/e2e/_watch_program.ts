/**
 * A program that watches like a user of this library, with the default `fetch`,
 * in a separate process:
 * `_watch_program.ts SERVER PATH VERSION WATCH_TIMEOUT_MS [h2]`, with the token
 * in the variable TOKEN. It prints each event as a line of JSON, and, when its
 * standard input closes, the version from which to continue as the last line.
 *
 * Another, quiet watch is open for the whole time: while a request is in
 * flight, the library keeps its HTTP client, including the connections that it
 * would reuse.
 *
 * With `h2`, it uses Deno's `fetch`, which supports HTTP/2.
 */

import { RestListerWatcher } from "../../rest/rest_lister_watcher.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import { eventText } from "./_events.ts";

const [server = "", path = "", version = "", timeout = "", how] = Deno.args;
const access = {
  server,
  token: Deno.env.get("TOKEN"),
  fetch: how === "h2" ? fetch : undefined,
};
const quiet = await new RestListerWatcher({
  ...access,
  path: "/api/v1/namespaces/default/configmaps",
}).watch({ resourceVersion: version });
const watched = new RestListerWatcher({ ...access, path });
const watcher = new RetryWatcher(version, watched, {
  minRestartDelayMs: 100,
  watchTimeoutMs: Number(timeout),
  watchGraceMs: 500,
});
void Deno.stdin.readable.pipeTo(new WritableStream())
  .finally(() => watcher.stop());
for await (const event of watcher) {
  const announcement = event.type === "MODIFIED" &&
    event.object.metadata?.deletionTimestamp !== undefined;
  print({
    text: eventText(event),
    version: watcher.resourceVersion,
    announcement,
  });
}
await quiet.cancel();
print({ version: watcher.resourceVersion, done: true });

function print(line: unknown): void {
  const text = `${JSON.stringify(line)}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
