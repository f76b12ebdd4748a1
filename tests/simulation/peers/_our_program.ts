/**
 * The program of this library's watchers: `_our_program.ts RetryWatcher`, or
 * `informer`. Both have their defaults.
 *
 * @module
 */

import { RestListerWatcher } from "../../../watch/mod.ts";
import { consumeInformer, consumeRetryWatcher } from "./_our_consumers.ts";
import { type Place, runProgram, type StartConsumer } from "./_program.ts";

const PROGRAMS: Readonly<Record<string, StartConsumer>> = {
  RetryWatcher: (place, report) =>
    consumeRetryWatcher(configMaps(place), report),
  informer: (place, report) => consumeInformer(configMaps(place), report),
};

if (import.meta.main) {
  const [name = ""] = Deno.args;
  const start = PROGRAMS[name];
  if (start === undefined) throw new RangeError(`Unknown program ${name}`);
  await runProgram(start);
}

function configMaps({ server, namespace }: Place): RestListerWatcher {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  return new RestListerWatcher({ server, path });
}
