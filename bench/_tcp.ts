/**
 * Serves pre-encoded responses over plain TCP, one request per connection, so
 * that a server has almost nothing to do between two writes.
 *
 * @module
 */

/** Answers the request of a connection. */
export type Answer = (connection: Deno.Conn) => Promise<void>;

/**
 * Serves on a free loopback port until standard input closes. Prints the
 * address as the first line.
 *
 * @param answer Answers a connection. Its errors are ignored, since a peer
 *   closes the connection when it has received enough.
 */
export async function serve(answer: Answer): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `http://127.0.0.1:${listener.addr.port}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(address));
  void Deno.stdin.readable.pipeTo(new WritableStream()).then(() => Deno.exit());
  for await (const connection of listener) {
    answer(connection).catch(() => undefined);
  }
}

/**
 * Writes all bytes.
 *
 * @param connection The connection.
 * @param bytes The bytes.
 */
export async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}
