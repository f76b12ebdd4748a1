// When a credential is got, and by how many.

import {
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  type Credential,
  CredentialKeeper,
  obtainFor,
} from "../../cluster/_credentials.ts";
import { clusterAccess } from "../support/cluster_access.ts";
import { CERTIFICATE, Files, KEY } from "../support/kubeconfig_files.ts";

const NEVER = new AbortController().signal;

/** A keeper whose credentials are got one by one, as the test gives them. */
class Gates {
  readonly asked: PromiseWithResolvers<Credential>[] = [];
  readonly signals: AbortSignal[] = [];
  readonly keeper = new CredentialKeeper((signal) => {
    const gate = Promise.withResolvers<Credential>();
    this.asked.push(gate);
    this.signals.push(signal);
    return gate.promise;
  });

  /** Gives a token to the last one that was asked for. */
  give(token: string, more: Partial<Credential> = {}): Credential {
    const credential = { token, certificate: undefined, ...more };
    this.asked.at(-1)?.resolve(credential);
    return credential;
  }
}

Deno.test("CredentialKeeper gets a credential once for all that ask meanwhile", async () => {
  const gates = new Gates();
  const all = Promise.all([
    gates.keeper.forRequest(),
    gates.keeper.current(),
    gates.keeper.forRequest(),
  ]);
  await Promise.resolve();
  const credential = gates.give("a");
  for (const got of await all) assertStrictEquals(got, credential);
  assertStrictEquals(await gates.keeper.forRequest(), credential);
  assertEquals(gates.asked.length, 1);
});

Deno.test("CredentialKeeper gets another one when it has expired, and not before", async () => {
  using time = new FakeTime(1000);
  const gates = new Gates();
  const first = gates.keeper.forRequest();
  await time.tickAsync(0);
  const credential = gates.give("a", { expiresAtMs: 6000 });
  assertStrictEquals(await first, credential);
  time.tick(4999);
  assertStrictEquals(await gates.keeper.forRequest(), credential);
  time.tick(1);
  const second = gates.keeper.forRequest();
  await time.tickAsync(0);
  const other = gates.give("b");
  assertStrictEquals(await second, other);
  assertEquals(gates.asked.length, 2);
});

Deno.test("CredentialKeeper uses a credential for its request that seems to be past its time when it comes", async () => {
  using time = new FakeTime(10_000);
  const gates = new Gates();
  const first = gates.keeper.forRequest();
  await time.tickAsync(0);
  const credential = gates.give("a", { expiresAtMs: 9000 });
  assertStrictEquals(await first, credential);
  assertStrictEquals(await gates.keeper.current(), credential);
  assertEquals(gates.asked.length, 1);
  const second = gates.keeper.forRequest();
  await time.tickAsync(0);
  assertStrictEquals(gates.give("b"), await second);
  assertEquals(gates.asked.length, 2);
});

Deno.test("CredentialKeeper gets another one when it was refused, once for all of whom it was", async () => {
  const gates = new Gates();
  const first = gates.keeper.forRequest();
  await Promise.resolve();
  const credential = gates.give("a");
  await first;
  gates.keeper.refuse(credential);
  gates.keeper.refuse(credential);
  const second = gates.keeper.forRequest();
  await Promise.resolve();
  const other = gates.give("b");
  assertStrictEquals(await second, other);
  // One that was refused late.
  gates.keeper.refuse(credential);
  assertStrictEquals(await gates.keeper.forRequest(), other);
  assertEquals(gates.asked.length, 2);
});

Deno.test("CredentialKeeper keeps no failure", async () => {
  const gates = new Gates();
  const first = gates.keeper.forRequest();
  await Promise.resolve();
  gates.asked[0]?.reject(new Error("not logged in"));
  await assertRejects(() => first, Error, "not logged in");
  const second = gates.keeper.forRequest();
  await Promise.resolve();
  gates.give("b");
  assertEquals((await second).token, "b");
});

Deno.test("CredentialKeeper gets one for each request where that is so, and uses it for the request", async () => {
  let count = 0;
  const keeper = new CredentialKeeper(() =>
    Promise.resolve({
      token: `${++count}`,
      certificate: undefined,
      isForOneRequest: true,
    })
  );
  assertEquals((await keeper.forRequest()).token, "1");
  assertEquals((await keeper.current()).token, "1");
  assertEquals((await keeper.forRequest()).token, "2");
});

Deno.test("CredentialKeeper.close() ends what is being got, waits for it, and gets nothing more", async () => {
  const gates = new Gates();
  const first = gates.keeper.forRequest();
  await Promise.resolve();
  const reason = new Error("closed");
  let isClosed = false;
  const closing = gates.keeper.close(reason).then(() => isClosed = true);
  assertEquals(gates.signals[0]?.reason, reason);
  await Promise.resolve();
  assertFalse(isClosed);
  gates.asked[0]?.reject(reason);
  await closing;
  assertStrictEquals(await assertRejects(() => first), reason);
  assertStrictEquals(
    await assertRejects(() => gates.keeper.forRequest()),
    reason,
  );
  assertEquals(gates.asked.length, 1);
});

Deno.test("obtainFor() reads a token file again, and keeps what it had while it cannot be read", async () => {
  using files = new Files();
  const path = files.write("token", "one\n");
  const obtain = obtainFor(clusterAccess({
    credential: { type: "token file", path, fallback: undefined },
  }));
  assertEquals((await obtain(NEVER)).token, "one");
  files.write("token", "two\n");
  assertEquals((await obtain(NEVER)).token, "two");
  files.write("token", "");
  assertEquals((await obtain(NEVER)).token, "two");
  Deno.removeSync(path);
  assertEquals((await obtain(NEVER)).token, "two");
});

Deno.test("obtainFor() says so when a token file cannot be read at first", async () => {
  const obtain = obtainFor(clusterAccess({
    credential: {
      type: "token file",
      path: "/nowhere/token",
      fallback: undefined,
    },
  }));
  await assertRejects(
    () => obtain(NEVER),
    Error,
    'Cannot use the token file /nowhere/token of user "u": there is no such file',
  );
});

Deno.test("obtainFor() takes the token beside a token file until that can be read", async () => {
  const obtain = obtainFor(clusterAccess({
    credential: { type: "token file", path: "/nowhere", fallback: "spare" },
  }));
  assertEquals((await obtain(NEVER)).token, "spare");
});

Deno.test("obtainFor() reads a client certificate again", async () => {
  let key = KEY;
  const obtain = obtainFor(clusterAccess({
    clientCertificate: () => ({ cert: CERTIFICATE, key }),
  }));
  assertEquals((await obtain(NEVER)).certificate?.key, KEY);
  key = `${KEY}${KEY}`;
  assertEquals((await obtain(NEVER)).certificate?.key, key);
});
