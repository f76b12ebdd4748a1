/**
 * A TLS server that reports when the first request of a process arrives. It
 * answers just enough for kubectl's discovery: Deployments and Pods, without
 * any objects.
 *
 * @module
 */

import type { KeyPair } from "../tests/control_plane/credentials.ts";

/** A request, and when its first byte arrived. */
export interface FirstRequest {
  /** The time by `performance.now()`. */
  at: number;
  /** The request line, such as `"GET /api"`. */
  line: string;
}

type Answer = [status: string, contentType: string, body: string];

const NAMESPACED = { scope: "Namespaced", verbs: ["get", "list", "watch"] };

const ANSWERS = new Map<string, Answer>([
  ["/api", discovery("", "v1", "Pod", "pods")],
  ["/apis", discovery("apps", "v1", "Deployment", "deployments")],
]);

const NOT_FOUND: Answer = [
  "404 Not Found",
  "application/json",
  '{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}',
];

/** The server. */
export class StartupServer implements Disposable {
  /** `https://127.0.0.1:…`. */
  readonly url: string;
  readonly #listener: Deno.TlsListener;
  #waiting = Promise.withResolvers<FirstRequest>();

  /**
   * Listens on a free loopback port.
   *
   * @param credentials The certificate and key of the server.
   */
  constructor({ certificate, key }: KeyPair) {
    this.#listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert: certificate,
      key,
    });
    this.url = `https://127.0.0.1:${this.#listener.addr.port}`;
    void this.#serve();
  }

  /** Waits for the next request. */
  next(): Promise<FirstRequest> {
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Closes the listener. */
  [Symbol.dispose](): void {
    this.#listener.close();
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      // A process that has been killed closes its connection.
      this.#answer(connection).catch(() => undefined);
    }
  }

  async #answer(connection: Deno.TlsConn): Promise<void> {
    using _connection = connection;
    const buffer = new Uint8Array(64 * 1024);
    const length = await connection.read(buffer);
    if (length === null) return;
    const at = performance.now();
    const request = new TextDecoder().decode(buffer.subarray(0, length));
    const line = request.slice(0, request.indexOf(" HTTP/"));
    this.#waiting.resolve({ at, line });
    const path = line.split(" ")[1]?.split("?")[0] ?? "";
    const [status, type, body] = ANSWERS.get(path) ?? NOT_FOUND;
    const head = [
      `HTTP/1.1 ${status}`,
      `content-type: ${type}`,
      `content-length: ${body.length}`,
      "connection: close",
    ];
    const answer = `${head.join("\r\n")}\r\n\r\n${body}`;
    await connection.write(new TextEncoder().encode(answer));
  }
}

function discovery(
  group: string,
  version: string,
  kind: string,
  plural: string,
): Answer {
  const resource = {
    ...NAMESPACED,
    resource: plural,
    singularResource: kind.toLowerCase(),
    responseKind: { group, version, kind },
  };
  const versions = [{ version, freshness: "Current", resources: [resource] }];
  return [
    "200 OK",
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
    JSON.stringify({
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      metadata: {},
      items: [{ metadata: { name: group }, versions }],
    }),
  ];
}
