import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";

/** A server on loopback that accepts one connection at a time. */
class Upstream implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  get port(): number {
    return this.#listener.addr.port;
  }

  accept(): Promise<Deno.Conn> {
    return this.#listener.accept();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

/** Both ends of a connection through a proxy. */
async function connect(
  proxy: TcpProxy,
  upstream: Upstream,
): Promise<{ client: Deno.TcpConn; server: Deno.Conn }> {
  const client = await Deno.connect({
    hostname: "127.0.0.1",
    port: proxy.port,
  });
  const server = await upstream.accept();
  return { client, server };
}

const encoder = new TextEncoder();

async function send(to: Deno.Conn, text: string): Promise<void> {
  const writer = to.writable.getWriter();
  await writer.write(encoder.encode(text));
  writer.releaseLock();
}

/** Reads a number of bytes; fewer if the stream ends. */
async function receive(from: Deno.Conn, bytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < bytes) {
    const buffer = new Uint8Array(bytes - text.length);
    const read = await from.read(buffer);
    if (read === null) break;
    text += decoder.decode(buffer.subarray(0, read));
  }
  return text;
}

Deno.test("TcpProxy forwards bytes and ends in both directions", async () => {
  using upstream = new Upstream();
  await using proxy = await TcpProxy.start({ upstreamPort: upstream.port });
  const { client, server } = await connect(proxy, upstream);
  using _client = client;
  using _server = server;
  await send(client, "question");
  assertEquals(await receive(server, 8), "question");
  await client.closeWrite();
  assertEquals(await receive(server, 1), "");
  await send(server, "answer");
  assertEquals(await receive(client, 6), "answer");
  assertEquals([proxy.accepted, proxy.open, proxy.broken], [1, 1, 0]);
});

Deno.test("TcpProxy forwards many bytes to a slow reader", async () => {
  using upstream = new Upstream();
  await using proxy = await TcpProxy.start({ upstreamPort: upstream.port });
  const { client, server } = await connect(proxy, upstream);
  using _client = client;
  using _server = server;
  const size = 5_000_000;
  const sent = send(server, "x".repeat(size));
  assertEquals((await receive(client, size)).length, size);
  await sent;
});

Deno.test("TcpProxy.cut() closes both sides cleanly", async () => {
  using upstream = new Upstream();
  await using proxy = await TcpProxy.start({ upstreamPort: upstream.port });
  const { client, server } = await connect(proxy, upstream);
  using _client = client;
  using _server = server;
  await send(server, "begin");
  assertEquals(await receive(client, 5), "begin");
  assertEquals(proxy.cut(), 1);
  assertEquals(await receive(client, 1), "");
  assertEquals(await receive(server, 1), "");
  assertEquals(proxy.broken, 1);
});

Deno.test("TcpProxy.reset() resets both sides", async () => {
  using upstream = new Upstream();
  await using proxy = await TcpProxy.start({ upstreamPort: upstream.port });
  const { client, server } = await connect(proxy, upstream);
  using _client = client;
  using _server = server;
  await send(server, "begin");
  assertEquals(await receive(client, 5), "begin");
  assertEquals(proxy.reset(), 1);
  for (const side of [client, server]) {
    await assertRejects(
      () => receive(side, 1),
      Deno.errors.ConnectionReset,
    );
  }
});

Deno.test("TcpProxy.stall() leaves connections open but silent", async () => {
  using upstream = new Upstream();
  await using proxy = await TcpProxy.start({ upstreamPort: upstream.port });
  const old = await connect(proxy, upstream);
  using client = old.client;
  await send(old.server, "begin");
  assertEquals(await receive(client, 5), "begin");
  assertEquals(proxy.stall(), 1);
  let moved = false;
  const pending = receive(client, 1).finally(() => moved = true);
  await send(old.server, "lost");
  old.server.close();
  // A round trip through a new connection gives the old one time to forward
  // data.
  const { client: newClient, server: newServer } = await connect(
    proxy,
    upstream,
  );
  using _newClient = newClient;
  using _newServer = newServer;
  await send(newServer, "fresh");
  assertEquals(await receive(newClient, 5), "fresh");
  proxy.clear();
  await send(newClient, "fresh");
  assertEquals(await receive(newServer, 5), "fresh");
  assertEquals([moved, proxy.open, proxy.cut()], [false, 2, 1]);
  await proxy[Symbol.asyncDispose]();
  await Promise.allSettled([pending]);
  assertEquals(moved, true);
});

Deno.test("TcpProxy.stall() can stall new connections too", async () => {
  using upstream = new Upstream();
  await using proxy = await TcpProxy.start({ upstreamPort: upstream.port });
  assertEquals(proxy.stall({ newToo: true }), 0);
  const { client, server } = await connect(proxy, upstream);
  using _client = client;
  using _server = server;
  await send(client, "lost");
  proxy.clear();
  const other = await connect(proxy, upstream);
  using otherClient = other.client;
  using otherServer = other.server;
  await send(otherClient, "fresh");
  assertEquals(await receive(otherServer, 5), "fresh");
  assertEquals([proxy.open, proxy.broken], [2, 1]);
});

for (const how of ["cut", "reset"] as const) {
  Deno.test(`TcpProxy.breakAfter() forwards exactly the given number of bytes before a ${how}`, async () => {
    using upstream = new Upstream();
    await using proxy = await TcpProxy.start({ upstreamPort: upstream.port });
    const limits = [3, undefined];
    proxy.breakAfter({ bytes: () => limits.shift(), how });
    const first = await connect(proxy, upstream);
    using client = first.client;
    using server = first.server;
    await send(server, "123456");
    assertEquals(await receive(client, 3), "123");
    const end = receive(client, 1);
    if (how === "cut") assertEquals(await end, "");
    else await assertRejects(() => end, Deno.errors.ConnectionReset);
    const second = await connect(proxy, upstream);
    using secondClient = second.client;
    using secondServer = second.server;
    await send(secondServer, "123456");
    assertEquals(await receive(secondClient, 6), "123456");
    assertEquals(proxy.broken, 1);
  });
}

Deno.test("TcpProxy.trickle() and delay() only change the pace", async () => {
  using upstream = new Upstream();
  await using proxy = await TcpProxy.start({ upstreamPort: upstream.port });
  const { client, server } = await connect(proxy, upstream);
  using _client = client;
  using _server = server;
  const start = performance.now();
  proxy.delay(50);
  await send(server, "late");
  assertEquals(await receive(client, 4), "late");
  assertEquals(performance.now() - start >= 49, true);
  proxy.delay(0);
  proxy.trickle({ bytes: 1, everyMs: 5 });
  await send(server, "drop by drop");
  const pieces: number[] = [];
  for (let total = 0; total < 12; total += pieces.at(-1) ?? 0) {
    pieces.push(await client.read(new Uint8Array(12)) ?? 12);
  }
  assertEquals(pieces.length > 1, true);
  proxy.trickle(undefined);
  await send(server, "again");
  assertEquals(await receive(client, 5), "again");
});

Deno.test("TcpProxy.trickle() throws for a size of zero", async () => {
  await using proxy = await TcpProxy.start({ upstreamPort: 1 });
  assertThrows(() => proxy.trickle({ bytes: 0 }), RangeError);
});

Deno.test("TcpProxy resets a connection if its server is not listening", async () => {
  await using proxy = await TcpProxy.start({ upstreamPort: 1 });
  using client = await Deno.connect({
    hostname: "127.0.0.1",
    port: proxy.port,
  });
  await assertRejects(() => receive(client, 1), Deno.errors.ConnectionReset);
  assertEquals(proxy.accepted, 1);
});
