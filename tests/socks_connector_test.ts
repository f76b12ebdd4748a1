// Connections through a SOCKS5 proxy, which the test plays.

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openUndici } from "../watch/_transport_undici.ts";
import type { Transport } from "../watch/_transport.ts";
import { Served } from "./_http_fakes.ts";

/** A proxy for one connection that wants a user name and a password. */
class SocksProxy implements AsyncDisposable {
  /** The user, the password, and where to. */
  readonly asked: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #done: Promise<unknown>;

  constructor(port: number) {
    this.#done = this.#serve(port);
  }

  get address(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  async #serve(port: number): Promise<void> {
    using client = await this.#listener.accept();
    const [, methods = 0] = await read(client, 2);
    await read(client, methods);
    await client.write(Uint8Array.of(5, 2));
    await read(client, 1);
    this.asked.push(await readText(client), await readText(client));
    await client.write(Uint8Array.of(1, 0));
    await read(client, 4);
    this.asked.push(await readText(client));
    await read(client, 2);
    using server = await Deno.connect({ hostname: "127.0.0.1", port });
    await client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
    await Promise.allSettled([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#done.catch(() => {});
  }
}

async function read(conn: Deno.Conn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let from = 0; from < length;) {
    const count = await conn.read(bytes.subarray(from));
    if (count === null) throw new Error("The client has gone");
    from += count;
  }
  return bytes;
}

async function readText(conn: Deno.Conn): Promise<string> {
  const [length = 0] = await read(conn, 1);
  return new TextDecoder().decode(await read(conn, length));
}

function open(server: string, proxy: string): Promise<Transport> {
  return openUndici({
    server,
    tls: { ca: undefined, insecure: false, serverName: undefined },
    proxyUrl: `socks5://me:s%40kret@${proxy}`,
    certificate: undefined,
    headers: [],
  });
}

// `socks` leaves a timer of 30 s behind, which keeps no process alive.
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "socksConnector() goes through the proxy, which resolves the name",
  options,
  async () => {
    await using server = new Served(() => new Response("hello"));
    await using proxy = new SocksProxy(Number(new URL(server.url).port));
    const transport = await open("http://c.example", proxy.address);
    const response = await transport.fetch("http://c.example/", {});
    assertEquals(await response.text(), "hello");
    assertEquals(proxy.asked, ["me", "s@kret", "c.example"]);
    await transport.close();
  },
);

Deno.test(
  "socksConnector() shows no password when the proxy is not there",
  options,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const transport = await open("http://c.example", `127.0.0.1:${port}`);
    const error = await assertRejects(() =>
      transport.fetch("http://c.example/", {})
    );
    const shown = Deno.inspect(error, { depth: 10 });
    assertStringIncludes(shown, "ECONNREFUSED");
    assertEquals(shown.includes("s@kret"), false);
    await transport.close();
  },
);
