/**
 * The server for the informer benchmark, run as a separate process. Namespace
 * `n` has n pods: as a list, whole or paged, as a WatchList, and as a watch
 * without events.
 *
 * A request for `/change` updates ten pods: watches are closed, and the
 * previous version is answered with 410 from then on, which forces a re-list.
 *
 * Only the client is to be measured, so all responses are encoded in advance
 * and written by a plain TCP listener, one request per connection. Prints its
 * address as the first line, and exits when its standard input closes.
 *
 * @module
 */

import { pod } from "./_pods.ts";
import { serve, writeAll } from "./_tcp.ts";

const VERSIONS = ["1000000", "2000000"] as const;
const CHANGED_PODS = 10;

const encoder = new TextEncoder();
const sizes = new Map<string, Encoded>();
const held = new Set<Deno.Conn>();
let current = 0;

/** The encoded responses for a number of pods at a version. */
interface Encoded {
  /** The pods as JSON, each followed by a comma. */
  items: Uint8Array;
  /** The end of each pod in `items`, including its comma. */
  ends: number[];
  /** The pods as ADDED events and the closing bookmark, each an HTTP chunk. */
  events: Uint8Array;
}

function encode(count: number, version: string): Encoded {
  const items: Uint8Array[] = [];
  const events: Uint8Array[] = [];
  const ends: number[] = [];
  let end = 0;
  for (let index = 0; index < count; index++) {
    const changed = version === VERSIONS[1] && index < CHANGED_PODS;
    const object = pod(index, changed ? 1_500_000 + index : 1 + index);
    const item = encoder.encode(`${JSON.stringify(object)},`);
    items.push(item);
    ends.push(end += item.length);
    events.push(frame({
      type: "ADDED",
      object: { apiVersion: "v1", kind: "Pod", ...object },
    }));
  }
  const annotations = { "k8s.io/initial-events-end": "true" };
  events.push(frame({
    type: "BOOKMARK",
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { resourceVersion: version, annotations },
    },
  }));
  return { items: join(items), ends, events: join(events) };
}

function encoded(count: number): Encoded {
  const version = VERSIONS[current] ?? VERSIONS[0];
  const key = `${count} ${version}`;
  const known = sizes.get(key);
  if (known !== undefined) return known;
  const made = encode(count, version);
  sizes.set(key, made);
  return made;
}

function frame(event: unknown): Uint8Array {
  const line = encoder.encode(`${JSON.stringify(event)}\n`);
  const size = encoder.encode(`${line.length.toString(16)}\r\n`);
  return join([size, line, encoder.encode("\r\n")]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((length, part) => length + part.length, 0),
  );
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

async function answer(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  const length = await connection.read(buffer) ?? 0;
  const head = new TextDecoder().decode(buffer.subarray(0, length));
  const [, target = "/"] = /^GET (\S+) /.exec(head) ?? [];
  const { pathname, searchParams } = new URL(target, "http://127.0.0.1");
  if (pathname === "/change") return await change(connection);
  const [, count] = /\/namespaces\/(\d+)\/pods$/.exec(pathname) ?? [];
  const pods = encoded(Number(count));
  if (/^(1|true)$/.test(searchParams.get("watch") ?? "")) {
    return await watch(connection, pods, searchParams);
  }
  await list(connection, pods, searchParams);
}

async function change(connection: Deno.Conn): Promise<void> {
  current = 1;
  for (const watch of held) watch.close();
  held.clear();
  await writeAll(
    connection,
    encoder.encode(
      "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ),
  );
  connection.close();
}

async function list(
  connection: Deno.Conn,
  { items, ends }: Encoded,
  query: URLSearchParams,
): Promise<void> {
  const from = Number(query.get("continue") ?? 0);
  const to = Math.min(
    ends.length,
    from + Number(query.get("limit") || Infinity),
  );
  const token = to < ends.length ? String(to) : "";
  const start = encoder.encode(
    `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"${
      VERSIONS[current]
    }","continue":"${token}"},"items":[`,
  );
  const page = items.subarray(ends[from - 1] ?? 0, (ends[to - 1] ?? 1) - 1);
  const length = start.length + page.length + 2;
  await writeAll(
    connection,
    encoder.encode(
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" +
        `content-length: ${length}\r\nconnection: close\r\n\r\n`,
    ),
  );
  await writeAll(connection, start);
  await writeAll(connection, page);
  await writeAll(connection, encoder.encode("]}"));
  connection.close();
}

async function watch(
  connection: Deno.Conn,
  { events }: Encoded,
  query: URLSearchParams,
): Promise<void> {
  held.add(connection);
  await writeAll(
    connection,
    encoder.encode(
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" +
        "transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
    ),
  );
  if (query.get("sendInitialEvents") === "true") {
    return await writeAll(connection, events);
  }
  if (query.get("resourceVersion") === VERSIONS[current]) return;
  const status = { kind: "Status", code: 410, reason: "Expired" };
  await writeAll(connection, frame({ type: "ERROR", object: status }));
}

await serve(answer);
