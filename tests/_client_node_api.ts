/**
 * client-node's own API classes over a `fetch` function, such as that of a
 * `FakeApiServer`. Its real HTTP client keeps timers that nobody can end.
 *
 * @module
 */

import {
  CoreV1Api,
  createConfiguration,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from "@kubernetes/client-node";
import type { FetchFunction } from "../watch/rest_lister_watcher.ts";

/**
 * client-node's typed functions for the core resources.
 *
 * @param fetch Sends the requests.
 * @returns The functions.
 */
export function coreApi(fetch: FetchFunction): CoreV1Api {
  return new CoreV1Api(createConfiguration({
    baseServer: new ServerConfiguration("http://server", {}),
    httpApi: wrapHttpLibrary({
      async send(request) {
        const response = await fetch(request.getUrl(), {
          method: request.getHttpMethod(),
          headers: request.getHeaders(),
          signal: request.getSignal() ?? null,
        });
        return new ResponseContext(
          response.status,
          Object.fromEntries(response.headers),
          {
            text: () => response.text(),
            binary: () => Promise.reject(new Error("not asked for")),
            stream: () => response.body,
          },
        );
      },
    }),
  }));
}
