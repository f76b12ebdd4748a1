/**
 * Serving what has been encoded beforehand over plain TCP, one request for each
 * connection: next to nothing is left for a server to do between two writes.
 *
 * @module
 */

/** Answers the one request of a connection. */
export type Answer = (connection: Deno.Conn) => Promise<void>;

/**
 * Serves on a free port of loopback for as long as standard input is open.
 * Prints the address as the first line.
 *
 * @param answer Answers a connection; what it fails with is ignored, since a
 *   peer that has seen enough hangs up.
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
 * Writes all of it.
 *
 * @param connection Where to.
 * @param bytes What.
 */
export async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}
