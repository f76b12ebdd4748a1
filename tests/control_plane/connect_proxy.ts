/** An HTTP CONNECT proxy on loopback. */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** A running proxy. */
export class ConnectProxy implements AsyncDisposable {
  /** The requested targets, with the credentials of each request. */
  readonly asked: { target: string; credential: string | undefined }[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("connect", ({ url = "", headers }, client: Socket) => {
      const credential = headers["proxy-authorization"];
      this.asked.push({ target: url, credential });
      this.#join(url, client);
    });
  }

  /** Starts a proxy on a free port. */
  static async start(): Promise<ConnectProxy> {
    const server = createServer();
    const proxy = new ConnectProxy(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  /** The port of the proxy. */
  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address !== null && typeof address === "object") return address.port;
    throw new TypeError(
      "Cannot determine the port: the proxy is not listening",
    );
  }

  /** Breaks all connections and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #join(target: string, client: Socket): void {
    const [host = "", port = ""] = target.split(":");
    const upstream = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client);
      client.pipe(upstream);
    });
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      if (one === undefined) continue;
      this.#sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        this.#sockets.delete(one);
        other?.destroy();
      });
    }
  }
}
