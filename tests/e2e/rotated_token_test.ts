/** A token that is replaced while a RetryWatcher is running. */

import { assertEquals } from "@std/assert";
import { RetryWatcher } from "../../watch/mod.ts";
import { Changes, podsPath, versionNow } from "./_changes.ts";
import { assertSameEvents, oracleEvents } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { within } from "./_within.ts";
import {
  type AccountToken,
  ControlPlane,
} from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { e2eTest } from "./suite.ts";

/** Three tokens of an account that may watch pods. */
async function issueTokens(
  plane: ControlPlane,
): Promise<[AccountToken, AccountToken, AccountToken]> {
  const issue = () => plane.issueToken({ account: "robot" });
  const tokens: [AccountToken, AccountToken, AccountToken] = [
    await issue(),
    await issue(),
    await issue(),
  ];
  await plane.grant({
    user: tokens[0].user,
    verbs: ["list", "watch"],
    resources: ["pods"],
  });
  return tokens;
}

e2eTest(
  "RetryWatcher uses the current token of a function without losing an event",
  async () => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    const [first, second, third] = await issueTokens(plane);
    const start = await versionNow(plane);
    using client = new OurClient(plane.client());
    let current = first.token;
    let refusals = 0;
    await using ours = new Recording(
      new RetryWatcher(
        start,
        client.listerWatcher(podsPath, {
          token({ refused }) {
            if (refused) {
              refusals++;
              current = second.token;
            }
            return current;
          },
        }),
        { minRestartDelayMs: 100, watchTimeoutMs: 1000 },
      ),
    );
    const tokenFile = `${plane.directory}/robot-token`;
    await Deno.writeTextFile(tokenFile, first.token);
    await using theirs = await Oracle.start(plane.client(), [
      "retrywatcher",
      "--resource=pods",
      "--namespace=default",
      `--resource-version=${start}`,
      `--token-file=${tokenFile}`,
      "--watch-timeout=1s",
    ]);
    await changes.write(50);
    const before = changes.lastVersion;
    await within("our watcher", ours.reaches(before));
    await within(
      "client-go's watcher",
      theirs.waitFor("it", (line) => line.resourceVersion === before),
    );

    // Replaced only when it is rejected: the request is repeated.
    await Deno.writeTextFile(tokenFile, second.token);
    await changes.writeDuring(first.revoke(), 20);
    await changes.write(50);
    await within("our watcher", ours.reaches(changes.lastVersion));
    assertEquals([refusals, current], [1, second.token]);

    // Replaced in time: no request is rejected.
    current = third.token;
    await changes.writeDuring(second.revoke(), 20);
    await changes.write(50);
    await within("our watcher", ours.reaches(changes.lastVersion));
    assertEquals(refusals, 1);
    assertSameEvents(
      ["ours", ours.acknowledged],
      ["acknowledged", changes.texts],
      changes.hint,
    );

    const last = changes.lastVersion;
    await within(
      "client-go's watcher",
      theirs.waitFor(
        "the last, or the end",
        (line) => line.resourceVersion === last || line.done === true,
      ),
    );
    const seen = oracleEvents(await theirs.stop());
    // Unlike ours, client-go reloads a token file only after 50 s or more, and
    // its RetryWatcher reports the 401 for the old token. Ours calls the
    // function again and repeats the request before it reports a 401.
    const wasRefused = seen.at(-1) === "ERROR 401 Unauthorized";
    if (wasRefused) seen.pop();
    const length = wasRefused ? seen.length : ours.texts.length;
    assertSameEvents(
      ["client-go's", seen],
      ["ours", ours.texts.slice(0, length)],
      changes.hint,
    );
  },
);
