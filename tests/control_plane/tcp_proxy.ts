/**
 * A TCP proxy on loopback that breaks connections in all the ways that a
 * network can. It passes TLS through. It is based on `node:net`, whose sockets,
 * unlike `Deno.Conn`, can send a reset.
 *
 * Each connection is a pair of sockets and a state: forwarding, stalled
 * (permanently), or closed. The settings of the proxy (delay, trickle, limit)
 * affect what the server sends, on all open and future connections.
 *
 * @module
 */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";

/** How a connection breaks. */
export type Break = "cut" | "reset" | "stall";

/** Options for {@linkcode TcpProxy.start}. */
export interface TcpProxyOptions {
  /** The loopback port to forward connections to. */
  upstreamPort: number;
}

/** Options for {@linkcode TcpProxy.stall}. */
export interface StallOptions {
  /** Whether future connections stall too. @default {false} */
  newToo?: boolean | undefined;
}

/** Options for {@linkcode TcpProxy.trickle}. */
export interface TrickleOptions {
  /** The number of bytes to forward at a time. */
  bytes: number;
  /** The pause after each of them. @default {0} */
  everyMs?: number | undefined;
}

/** Options for {@linkcode TcpProxy.breakAfter}. */
export interface BreakAfterOptions {
  /**
   * Called for each connection; returns the number of bytes from the server
   * after which it breaks, or `undefined` to never break it.
   */
  bytes: () => number | undefined;
  /** How the connection breaks. @default {"cut"} */
  how?: Break | undefined;
}

/** A running proxy. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #upstreamPort: number;
  readonly #links = new Set<Link>();
  readonly #weather: Weather = { delayMs: 0, trickle: undefined };
  #breakAfter: BreakAfterOptions | undefined;
  #stallNew = false;
  #accepted = 0;
  #broken = 0;

  private constructor(server: Server, upstreamPort: number) {
    this.#server = server;
    this.#upstreamPort = upstreamPort;
    server.on("connection", (socket) => this.#accept(socket));
  }

  /**
   * Starts a proxy.
   *
   * @param options The server to forward to.
   * @returns The proxy, listening on a free port.
   */
  static async start(options: TcpProxyOptions): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const proxy = new TcpProxy(server, options.upstreamPort);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  /** The port of the proxy. */
  get port(): number {
    return addressOf(this.#server).port;
  }

  /** The URL of the proxy, for a TLS server. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** The number of accepted connections. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The number of open connections, including stalled ones. */
  get open(): number {
    return this.#links.size;
  }

  /** The number of broken connections. */
  get broken(): number {
    return this.#broken;
  }

  /**
   * Closes all connections (FIN), between any two bytes.
   *
   * @returns The number of connections.
   */
  cut(): number {
    return this.#breakAll("cut");
  }

  /**
   * Resets all connections (RST).
   *
   * @returns The number of connections.
   */
  reset(): number {
    return this.#breakAll("reset");
  }

  /**
   * Stalls all connections permanently: neither side receives anything, not
   * even that the other has closed the connection.
   *
   * @param options Whether future connections stall too.
   * @returns The number of newly stalled connections.
   */
  stall(options: StallOptions = {}): number {
    this.#stallNew = options.newToo ?? false;
    return this.#breakAll("stall");
  }

  /** Resets the settings, so that new connections are forwarded normally. */
  clear(): void {
    this.#stallNew = false;
    this.#breakAfter = undefined;
    this.#weather.delayMs = 0;
    this.#weather.trickle = undefined;
  }

  /**
   * Delays each chunk that the server sends.
   *
   * @param delayMs The delay; 0 disables it.
   */
  delay(delayMs: number): void {
    this.#weather.delayMs = delayMs;
  }

  /**
   * Forwards what the server sends in small chunks, each in its own packet.
   *
   * @param options The chunk size and pause; `undefined` disables it.
   * @throws {RangeError} If `bytes` is not a positive integer.
   */
  trickle(options: TrickleOptions | undefined): void {
    const bytes = options?.bytes ?? 1;
    if (!Number.isInteger(bytes) || bytes < 1) {
      throw new RangeError(
        `Cannot trickle ${bytes} bytes at a time: the number must be a positive integer`,
      );
    }
    this.#weather.trickle = options;
  }

  /**
   * Breaks each connection after a number of bytes from the server.
   *
   * @param options When and how connections break; `undefined` disables it.
   */
  breakAfter(options: BreakAfterOptions | undefined): void {
    this.#breakAfter = options;
    for (const link of this.#links) this.#limit(link);
  }

  /** Drops all connections and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    const links = [...this.#links].map((link) => link.destroy());
    await Promise.all(links);
    await closed;
  }

  #accept(client: Socket): void {
    this.#accepted++;
    const link = new Link(client, this.#upstreamPort, this.#weather, {
      onBreak: () => this.#broken++,
      onClose: () => this.#links.delete(link),
    });
    this.#links.add(link);
    this.#limit(link);
    if (this.#stallNew) link.break("stall");
  }

  #limit(link: Link): void {
    const { bytes, how = "cut" } = this.#breakAfter ?? {};
    link.limit(bytes?.(), how);
  }

  #breakAll(how: Break): number {
    const before = this.#broken;
    for (const link of this.#links) link.break(how);
    return this.#broken - before;
  }
}

interface Weather {
  delayMs: number;
  trickle: TrickleOptions | undefined;
}

interface LinkListener {
  onBreak(): void;
  onClose(): void;
}

/** A connection through the proxy. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #weather: Weather;
  readonly #listener: LinkListener;
  /** Ends the current pauses. */
  readonly #wakers = new Set<() => void>();
  #state: "forwarding" | "stalled" | "over" = "forwarding";
  #bytesLeft = Infinity;
  #how: Break = "cut";

  constructor(
    client: Socket,
    upstreamPort: number,
    weather: Weather,
    listener: LinkListener,
  ) {
    this.#client = client;
    this.#weather = weather;
    this.#listener = listener;
    this.#server = new Socket({ allowHalfOpen: true });
    this.#join(client, this.#server, (data) => this.#up(data));
    this.#join(this.#server, client, (data) => this.#down(data));
    this.#server.connect(upstreamPort, "127.0.0.1");
    client.resume();
  }

  /** Sets the number of further bytes from the server after which it breaks. */
  limit(bytes: number | undefined, how: Break): void {
    this.#bytesLeft = bytes ?? Infinity;
    this.#how = how;
  }

  /** Breaks the connection. A stalled one cannot break in another way. */
  break(how: Break): void {
    if (this.#state !== "forwarding") return;
    this.#state = how === "stall" ? "stalled" : "over";
    this.#listener.onBreak();
    if (how === "stall") {
      this.#client.pause();
      this.#server.pause();
      return;
    }
    for (const socket of [this.#client, this.#server]) {
      if (how === "cut") {
        socket.end();
        socket.resume(); // What still comes is read, and lost: else it resets
      } else {
        socket.resetAndDestroy();
      }
    }
    this.#wake();
  }

  /**
   * Drops the connection in any state, and waits until both sockets are closed.
   */
  async destroy(): Promise<void> {
    this.#state = "over";
    this.#wake();
    await Promise.all([this.#client, this.#server].map(async (socket) => {
      if (socket.closed) return;
      const closed = once(socket, "close");
      socket.destroy();
      await closed;
    }));
  }

  /** Forwards the data, end and errors of one socket to the other. */
  #join(
    from: Socket,
    to: Socket,
    forward: (data: Uint8Array) => Promise<void>,
  ): void {
    let forwarded = Promise.resolve();
    from.on("data", (data: Uint8Array) => {
      if (this.#state === "over") return;
      from.pause();
      forwarded = forward(data).then(() => {
        if (this.#state !== "stalled") from.resume();
      });
    });
    from.on("end", () => {
      void forwarded.then(() => {
        if (this.#state !== "stalled") to.end();
      });
    });
    // An error is followed by "close"; the other side receives a reset.
    from.on("error", () => {
      if (this.#state === "forwarding") to.resetAndDestroy();
    });
    from.on("close", () => this.#closed(to));
  }

  #closed(other: Socket): void {
    // The peer of a stalled connection is not notified.
    if (this.#state === "stalled" && !other.closed) return;
    this.#state = "over";
    this.#wake();
    if (other.closed) this.#listener.onClose();
    else other.destroySoon();
  }

  async #up(data: Uint8Array): Promise<void> {
    await this.#write(this.#server, data);
  }

  async #down(data: Uint8Array): Promise<void> {
    if (this.#weather.delayMs > 0) await this.#pause(this.#weather.delayMs);
    let rest = data;
    while (rest.length > 0 && this.#state === "forwarding") {
      const { bytes = rest.length, everyMs = 0 } = this.#weather.trickle ?? {};
      const size = Math.min(bytes, rest.length, this.#bytesLeft);
      await this.#write(this.#client, rest.subarray(0, size));
      rest = rest.subarray(size);
      this.#bytesLeft -= size;
      if (this.#bytesLeft <= 0) this.break(this.#how);
      else if (everyMs > 0) await this.#pause(everyMs);
    }
  }

  async #write(socket: Socket, data: Uint8Array): Promise<void> {
    if (this.#state !== "forwarding" || data.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakers.add(resolve);
    // Called when the data has been written, or cannot be.
    socket.write(data, () => resolve());
    await promise;
    this.#wakers.delete(resolve);
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wakers.add(resolve);
    await promise;
    this.#wakers.delete(resolve);
    clearTimeout(timer);
  }

  #wake(): void {
    for (const waker of this.#wakers) waker();
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (typeof address === "object" && address !== null) return address;
  throw new TypeError("Cannot determine the port: the proxy is not listening");
}
