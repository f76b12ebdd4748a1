// Attempts to connect that fail or are aborted.

import { assertEquals, assertRejects } from "@std/assert";
import { Socket } from "node:net";
import { FakeTime } from "@std/testing/time";
import {
  ConnectionAttempts,
  type ConnectorCallback,
  type ConnectorOptions,
} from "../../../cluster/transport/connection_attempts.ts";
import { Cluster } from "../../../client_node/mod.ts";

const OPTIONS: ConnectorOptions = {
  hostname: "c.example",
  protocol: "https:",
  port: "443",
};

/** A socket that is not connected, and is destroyed at the end of a test. */
class ReleasedSocket extends Socket implements Disposable {
  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** An attempt that the test settles, and a log of what happened to it. */
function attempted(attempts: ConnectionAttempts) {
  const log: string[] = [];
  let settle: ConnectorCallback = () => {};
  const connector = attempts.connector((options, callback) => {
    log.push(`started ${options.hostname}`);
    settle = callback;
    return () => log.push("aborted");
  });
  connector(OPTIONS, (...[error]) => log.push(error?.message ?? "connected"));
  return {
    log,
    connect: (socket: Socket) => settle(null, socket),
    fail: (message: string) => settle(new Error(message), null),
  };
}

Deno.test("ConnectionAttempts.connector() aborts an attempt after 30 s", () => {
  using time = new FakeTime();
  const { log, fail } = attempted(new ConnectionAttempts());
  time.tick(29_999);
  assertEquals(log, ["started c.example"]);
  time.tick(1);
  fail("refused late");
  assertEquals(log, [
    "started c.example",
    "aborted",
    "no connection within 30000 ms",
  ]);
});

Deno.test("ConnectionAttempts.connector() returns a socket and leaves it open", () => {
  using _time = new FakeTime();
  const attempts = new ConnectionAttempts();
  const { log, connect } = attempted(attempts);
  using socket = new ReleasedSocket();
  connect(socket);
  attempts.close();
  assertEquals(log, ["started c.example", "connected"]);
  assertEquals(socket.destroyed, false);
});

Deno.test("ConnectionAttempts.connector() destroys a socket that arrives after the abort", () => {
  using _time = new FakeTime();
  const attempts = new ConnectionAttempts();
  const { log, connect } = attempted(attempts);
  attempts.close();
  const before = [...log];
  using socket = new ReleasedSocket();
  connect(socket);
  assertEquals(socket.destroyed, true);
  assertEquals(log, before);
});

Deno.test("ConnectionAttempts.connector() reports a failure once", () => {
  using time = new FakeTime();
  const attempts = new ConnectionAttempts();
  const { log, fail } = attempted(attempts);
  fail("refused");
  fail("refused again");
  time.tick(30_000);
  attempts.close();
  assertEquals(log, ["started c.example", "refused"]);
});

Deno.test("ConnectionAttempts.connector() reports an error of undici's as another, after which undici gives up", () => {
  const attempts = new ConnectionAttempts();
  const reported: (Error | null)[] = [];
  const refused = new Error("refused");
  const closed = Object.assign(new Error("closed"), { code: "UND_ERR_SOCKET" });
  for (const error of [refused, closed]) {
    const connector = attempts.connector((_, callback) => {
      callback(error, null);
      return () => {};
    });
    connector(OPTIONS, (...[error]) => reported.push(error));
  }
  const [first, second] = reported;
  assertEquals(first, refused);
  assertEquals(second?.message, "closed");
  assertEquals(second?.cause, closed);
  assertEquals(Reflect.get(second ?? {}, "code"), undefined);
});

Deno.test("ConnectionAttempts.close() aborts pending attempts", () => {
  const attempts = new ConnectionAttempts();
  const { log } = attempted(attempts);
  attempts.close();
  attempts.close();
  assertEquals(log, [
    "started c.example",
    "aborted",
    "the transport was closed",
  ]);
});

for (const proxy of ["", "http", "socks5"]) {
  Deno.test(`Cluster can be disposed while ${proxy === "" ? "the server" : `the ${proxy} proxy`} accepts connections and does not respond`, async () => {
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const accepted = listener.accept();
    const address = `127.0.0.1:${listener.addr.port}`;
    const cluster = Cluster.fromDefault({
      server: `https://${address}`,
      insecureSkipTlsVerify: true,
      proxyUrl: proxy === "" ? undefined : `${proxy}://${address}`,
    });
    const pods = await cluster.listerWatcher({
      apiVersion: "v1",
      plural: "pods",
    });
    const abort = new AbortController();
    const aborted = assertRejects(
      () => pods.list({ signal: abort.signal }),
      DOMException,
    );
    const waiting = assertRejects(() => pods.list({}), Error, "disposed");
    const connection = await accepted;
    abort.abort();
    await aborted;
    await cluster[Symbol.asyncDispose]();
    await waiting;
    connection.close();
    listener.close();
  });
}
