/** A SOCKS 5 proxy on loopback, without authentication, for names and IPv4. */

import { once } from "node:events";
import {
  type AddressInfo,
  connect,
  createServer,
  type Server,
  type Socket,
} from "node:net";

/** A running proxy. */
export class SocksProxy implements AsyncDisposable {
  /** The requested targets. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (client) => {
      this.#keep(client);
      client.once("data", () => {
        client.write(Uint8Array.of(5, 0));
        client.once("data", (request) => {
          if (typeof request !== "string") this.#join(client, request);
        });
      });
    });
  }

  static async start(): Promise<SocksProxy> {
    const server = createServer();
    const proxy = new SocksProxy(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === "string") {
      throw new TypeError(
        "Cannot determine the port: the proxy is not listening",
      );
    }
    return `socks5://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #join(client: Socket, request: Uint8Array): void {
    const address = request.subarray(4, -2);
    const host = request[3] === 1
      ? address.join(".")
      : new TextDecoder().decode(address.subarray(1));
    const [high = 0, low = 0] = request.subarray(-2);
    const port = high * 256 + low;
    this.asked.push(`${host}:${port}`);
    const upstream = this.#keep(connect(port, host, () => {
      client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
      upstream.pipe(client);
      client.pipe(upstream);
    }));
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    return socket.on("close", () => this.#sockets.delete(socket));
  }
}
