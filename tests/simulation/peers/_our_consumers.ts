/**
 * The consumers of this library's watchers: what a program has to do, and no
 * more.
 *
 * @module
 */

import {
  type ChangeEvent,
  IndexerInformerWatcher,
  type InformerOptions,
  type RestListerWatcher,
  RetryWatcher,
  type RetryWatcherOptions,
} from "../../../watch/mod.ts";
import {
  type Consumer,
  identityOf,
  type Report,
  sleep,
  versionsOf,
} from "./_program.ts";

/** How long it takes until a new watcher is started, as for the other peers. */
const STARTS_OVER_MS = 1_000;

/**
 * Consumes a `RetryWatcher`. Where it ends with an ERROR, lists and starts a
 * new one.
 *
 * @param source What to watch.
 * @param report Called with what it delivers.
 * @param options Those of the watcher.
 * @returns The consumer.
 */
export function consumeRetryWatcher(
  source: RestListerWatcher,
  report: Report,
  options: RetryWatcherOptions = {},
): Consumer {
  let watcher: RetryWatcher | undefined;
  let isOver = false;
  const run = async () => {
    while (!isOver) {
      const version = await listed(source, report);
      watcher = new RetryWatcher(version, source, options);
      for await (const event of watcher) {
        if (event.type === "ERROR") {
          const { code, message } = event.object;
          report({ type: "ended", why: `${code} ${message}` });
        } else if (event.type !== "BOOKMARK") deliver(event, report);
      }
      await sleep(STARTS_OVER_MS);
    }
  };
  void run();
  return {
    cache: () => undefined,
    stop: () => {
      isOver = true;
      watcher?.stop();
    },
  };
}

async function listed(
  source: RestListerWatcher,
  report: Report,
): Promise<string> {
  for (;;) {
    try {
      const { metadata, items } = await source.list({});
      const version = metadata?.resourceVersion ?? "";
      report({ type: "listed", version, objects: versionsOf(items ?? []) });
      return version;
    } catch {
      await sleep(STARTS_OVER_MS);
    }
  }
}

/**
 * Consumes an informer.
 *
 * @param source What to watch.
 * @param report Called with what it delivers.
 * @param options Those of the informer.
 * @returns The consumer.
 */
export function consumeInformer(
  source: RestListerWatcher,
  report: Report,
  options: InformerOptions = {},
): Consumer {
  const informer = new IndexerInformerWatcher(source, options);
  const run = async () => {
    for await (const event of informer) deliver(event, report);
  };
  void informer.controller.synced.then(() => report({ type: "synced" }));
  void run();
  return {
    cache: () => versionsOf(informer.indexer),
    stop: () => informer.stop(),
  };
}

function deliver({ type, object }: ChangeEvent, report: Report): void {
  report({ type, ...identityOf(object) });
}
