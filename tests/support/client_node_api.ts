/**
 * client-node's API classes with a `fetch` function, such as that of a
 * `FakeApiServer`. Its real HTTP client has timers that cannot be stopped.
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
import type { FetchFunction } from "../../rest/rest_lister_watcher.ts";

/** Options for {@linkcode coreApi}. */
export interface CoreApiOptions {
  /** The address of the server. */
  server?: string;
  /** The headers of each request. */
  headers?: Record<string, string>;
}

/**
 * Returns client-node's typed functions for the core resources.
 *
 * @param fetch Sends the requests.
 * @param options The address and headers.
 * @returns The functions.
 */
export function coreApi(
  fetch: FetchFunction,
  { server = "http://server", headers = {} }: CoreApiOptions = {},
): CoreV1Api {
  return new CoreV1Api(createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    httpApi: wrapHttpLibrary({
      async send(request) {
        const response = await fetch(request.getUrl(), {
          method: request.getHttpMethod(),
          headers: { ...request.getHeaders(), ...headers },
          signal: request.getSignal() ?? null,
        });
        return new ResponseContext(
          response.status,
          Object.fromEntries(response.headers),
          {
            text: () => response.text(),
            binary: () => Promise.reject(new Error("not supported")),
            stream: () => response.body,
          },
        );
      },
    }),
  }));
}
