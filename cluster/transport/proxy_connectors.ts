/**
 * Connections of `undici`'s through a proxy. What undici has for that itself
 * cannot be given up when a proxy falls silent (see `_connection_attempts.ts`),
 * and its SOCKS is an experiment that warns.
 *
 * @module
 */

import type { Socket } from "node:net";
import {
  type Attempt,
  attemptBy,
  type Connector,
} from "./connection_attempts.ts";
import { encodeBase64 } from "../../internal/base64.ts";
import { ignore } from "../../internal/abort.ts";

type Undici = typeof import("undici");

/** A proxy, and what connects to it and through it. */
export interface ProxyOptions {
  /** The proxy's address. */
  readonly proxyUrl: string;
  /** Connects to the proxy. */
  readonly toProxy: Connector;
  /** Makes a TLS connection of one through the proxy. */
  readonly throughProxy: Connector;
}

/**
 * Connects through an HTTP proxy, by CONNECT.
 *
 * @param undici What asks the proxy.
 * @param options The proxy.
 * @returns The attempts.
 */
export function connectAttempt(
  undici: Undici,
  { proxyUrl, toProxy, throughProxy }: ProxyOptions,
): Attempt {
  const { origin, username, password } = new URL(proxyUrl);
  const credential = username === "" ? {} : {
    "proxy-authorization": `Basic ${
      encodeBase64(
        `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
      )
    }`,
  };
  return (options, callback) => {
    let abandonProxy = ignore;
    const client = new undici.Client(origin, {
      connect: (...asked) => abandonProxy = attemptBy(toProxy)(...asked),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const { hostname, port, protocol } = options;
    const isTls = protocol === "https:";
    const path = `${hostname}:${port || (isTls ? 443 : 80)}`;
    let tunnel: Socket | undefined;
    client.connect({ path, headers: { host: path, ...credential } }).then(
      ({ statusCode, socket }) => {
        client.close().catch(ignore);
        if (!isSocket(socket)) throw new Error("the proxy gave no connection");
        tunnel = socket;
        if (statusCode !== 200) {
          socket.destroy();
          throw new Error(`the proxy refused with HTTP status ${statusCode}`);
        }
        if (!isTls) callback(null, socket);
        else throughProxy({ ...options, httpSocket: socket }, callback);
      },
    ).catch((error: Error) => callback(error, null));
    return () => {
      abandonProxy();
      client.destroy().catch(ignore);
      tunnel?.destroy();
    };
  };
}

/** SOCKS is a talk of bytes: RFC 1928, and RFC 1929 for passwords. */
const VERSION = 5;
const NO_AUTHENTICATION = 0;
const PASSWORD = 2;

/**
 * Connects through a SOCKS 5 proxy, which resolves the server's name.
 *
 * @param options The proxy.
 * @returns The attempts.
 */
export function socksAttempt(
  { proxyUrl, toProxy, throughProxy }: ProxyOptions,
): Attempt {
  const { hostname, port, username, password } = new URL(proxyUrl);
  return (options, callback) => {
    let proxy: Socket | undefined;
    const isTls = options.protocol === "https:";
    const target = { ...options, port: options.port || (isTls ? "443" : "80") };
    const abandonProxy = attemptBy(toProxy)(
      { ...options, hostname, port: port || "1080", protocol: "http:" },
      (...[error, socket]) => {
        if (error !== null) return callback(error, null);
        proxy = socket;
        askSocks(new ByteTalk(socket), target, { username, password }).then(
          () => {
            if (!isTls) callback(null, socket);
            else throughProxy({ ...options, httpSocket: socket }, callback);
          },
        ).catch((error: Error) => {
          socket.destroy();
          callback(error, null);
        });
      },
    );
    return () => {
      abandonProxy();
      proxy?.destroy();
    };
  };
}

async function askSocks(
  talk: ByteTalk,
  { hostname, port }: { hostname: string; port: string },
  { username, password }: { username: string; password: string },
): Promise<void> {
  const method = username === "" ? NO_AUTHENTICATION : PASSWORD;
  talk.write([VERSION, 1, method]);
  const [, chosen] = await talk.read(2);
  if (chosen !== method) {
    throw new Error("the SOCKS proxy wants another authentication");
  }
  if (method === PASSWORD) {
    const name = utf8(decodeURIComponent(username));
    const word = utf8(decodeURIComponent(password));
    talk.write([1, name.length, ...name, word.length, ...word]);
    const [, status] = await talk.read(2);
    if (status !== 0) throw new Error("the SOCKS proxy refused the password");
  }
  const host = utf8(hostname.replace(/^\[(.*)\]$/, "$1"));
  const number = Number(port);
  talk.write([
    ...[VERSION, 1, 0, 3, host.length],
    ...host,
    ...[number >> 8, number & 0xff],
  ]);
  const [, status, , kind] = await talk.read(4);
  if (status !== 0) throw new Error(`the SOCKS proxy refused (${status})`);
  // Its own address, of which nothing is wanted.
  const [length = 0] = kind === 3 ? await talk.read(1) : [kind === 4 ? 16 : 4];
  await talk.read(length + 2);
  talk.end();
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Reads exactly as many bytes as are wanted, and leaves the rest. */
class ByteTalk {
  readonly #socket: Socket;
  readonly #onReadable = () => this.#try();
  readonly #onClose = () => {
    this.#isOver = true;
    this.#wanted?.reject(new Error("the SOCKS proxy hung up"));
  };
  #wanted: PromiseWithResolvers<Uint8Array> | undefined;
  #length = 0;
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("readable", this.#onReadable);
    socket.on("close", this.#onClose);
    socket.on("error", this.#onClose);
  }

  write(bytes: readonly number[]): void {
    this.#socket.write(Uint8Array.from(bytes));
  }

  read(length: number): Promise<Uint8Array> {
    const wanted = Promise.withResolvers<Uint8Array>();
    this.#wanted = wanted;
    this.#length = length;
    if (this.#isOver) this.#onClose();
    else this.#try();
    return wanted.promise;
  }

  /** Leaves the socket to whoever wants it now. */
  end(): void {
    this.#socket.off("readable", this.#onReadable);
    this.#socket.off("close", this.#onClose);
    this.#socket.off("error", this.#onClose);
  }

  #try(): void {
    if (this.#wanted === undefined) return;
    const bytes: unknown = this.#socket.read(this.#length);
    if (!(bytes instanceof Uint8Array)) return;
    this.#wanted.resolve(bytes);
    this.#wanted = undefined;
  }
}

function isSocket(duplex: object): duplex is Socket {
  return "setKeepAlive" in duplex;
}
