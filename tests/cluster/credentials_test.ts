// When a credential is fetched, and how many requests share it.

import {
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  type Credential,
  CredentialCache,
  credentialSource,
} from "../../cluster/_credentials.ts";
import { clusterAccess, scriptPlugin } from "../support/cluster_access.ts";
import { Files } from "../support/kubeconfig_files.ts";

const NEVER = new AbortController().signal;

/** A script that prints the certificate authorities as its token. */
const PRINT_AUTHORITY = `
  const { spec } = JSON.parse(Deno.env.get("KUBERNETES_EXEC_INFO"));
  console.log(JSON.stringify({
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token: spec.cluster["certificate-authority-data"] },
  }));`;

/** A cache whose source waits until the test resolves each fetch. */
class Gates {
  readonly fetches: PromiseWithResolvers<Credential>[] = [];
  readonly signals: AbortSignal[] = [];
  readonly cache = new CredentialCache((signal) => {
    const gate = Promise.withResolvers<Credential>();
    this.fetches.push(gate);
    this.signals.push(signal);
    return gate.promise;
  });

  /** Resolves the last fetch with a token. */
  resolve(token: string, more: Partial<Credential> = {}): Credential {
    const credential = { token, certificate: undefined, ...more };
    this.fetches.at(-1)?.resolve(credential);
    return credential;
  }
}

Deno.test("CredentialCache fetches a credential once for concurrent requests", async () => {
  const gates = new Gates();
  const all = Promise.all([
    gates.cache.forNewRequest(),
    gates.cache.current(),
    gates.cache.forNewRequest(),
  ]);
  await Promise.resolve();
  const credential = gates.resolve("a");
  for (const got of await all) assertStrictEquals(got, credential);
  assertStrictEquals(await gates.cache.forNewRequest(), credential);
  assertEquals(gates.fetches.length, 1);
});

Deno.test("CredentialCache fetches again when the credential has expired, and not before", async () => {
  using time = new FakeTime(1000);
  const gates = new Gates();
  const first = gates.cache.forNewRequest();
  await time.tickAsync(0);
  const credential = gates.resolve("a", { expiresAtMs: 6000 });
  assertStrictEquals(await first, credential);
  time.tick(4999);
  assertStrictEquals(await gates.cache.forNewRequest(), credential);
  time.tick(1);
  const second = gates.cache.forNewRequest();
  await time.tickAsync(0);
  const other = gates.resolve("b");
  assertStrictEquals(await second, other);
  assertEquals(gates.fetches.length, 2);
});

Deno.test("CredentialCache uses a credential for its request when it has expired on arrival", async () => {
  using time = new FakeTime(10_000);
  const gates = new Gates();
  const first = gates.cache.forNewRequest();
  await time.tickAsync(0);
  const credential = gates.resolve("a", { expiresAtMs: 9000 });
  assertStrictEquals(await first, credential);
  assertStrictEquals(await gates.cache.current(), credential);
  assertEquals(gates.fetches.length, 1);
  const second = gates.cache.forNewRequest();
  await time.tickAsync(0);
  assertStrictEquals(gates.resolve("b"), await second);
  assertEquals(gates.fetches.length, 2);
});

Deno.test("CredentialCache fetches again once when several requests invalidate a credential", async () => {
  const gates = new Gates();
  const first = gates.cache.forNewRequest();
  await Promise.resolve();
  const credential = gates.resolve("a");
  await first;
  gates.cache.invalidate(credential);
  gates.cache.invalidate(credential);
  const second = gates.cache.forNewRequest();
  await Promise.resolve();
  const other = gates.resolve("b");
  assertStrictEquals(await second, other);
  // A late rejection of the old credential.
  gates.cache.invalidate(credential);
  assertStrictEquals(await gates.cache.forNewRequest(), other);
  assertEquals(gates.fetches.length, 2);
});

Deno.test("CredentialCache does not cache a failure", async () => {
  const gates = new Gates();
  const first = gates.cache.forNewRequest();
  await Promise.resolve();
  gates.fetches[0]?.reject(new Error("not logged in"));
  await assertRejects(() => first, Error, "not logged in");
  const second = gates.cache.forNewRequest();
  await Promise.resolve();
  gates.resolve("b");
  assertEquals((await second).token, "b");
});

Deno.test("CredentialCache fetches for each new request when the credential is per request", async () => {
  let count = 0;
  const cache = new CredentialCache(() =>
    Promise.resolve({
      token: `${++count}`,
      certificate: undefined,
      isPerRequest: true,
    })
  );
  assertEquals((await cache.forNewRequest()).token, "1");
  assertEquals((await cache.current()).token, "1");
  assertEquals((await cache.forNewRequest()).token, "2");
});

Deno.test("CredentialCache.close() aborts a fetch, waits for it, and starts no other", async () => {
  const gates = new Gates();
  const first = gates.cache.forNewRequest();
  await Promise.resolve();
  const reason = new Error("closed");
  let isClosed = false;
  const closing = gates.cache.close(reason).then(() => isClosed = true);
  assertEquals(gates.signals[0]?.reason, reason);
  await Promise.resolve();
  assertFalse(isClosed);
  gates.fetches[0]?.reject(reason);
  await closing;
  assertStrictEquals(await assertRejects(() => first), reason);
  assertStrictEquals(
    await assertRejects(() => gates.cache.forNewRequest()),
    reason,
  );
  assertEquals(gates.fetches.length, 1);
});

Deno.test("credentialSource() reads a token file again, and keeps the last token while it cannot be read", async () => {
  using files = new Files();
  const path = files.write("token", "one\n");
  const obtain = credentialSource(clusterAccess({
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

Deno.test("credentialSource() rejects when a token file can never be read", async () => {
  const obtain = credentialSource(clusterAccess({
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

Deno.test("credentialSource() returns the fallback token while a token file cannot be read", async () => {
  const obtain = credentialSource(clusterAccess({
    credential: { type: "token file", path: "/nowhere", fallback: "spare" },
  }));
  assertEquals((await obtain(NEVER)).token, "spare");
});

Deno.test("credentialSource() tells a plugin the current certificate authorities", async () => {
  let ca = "first";
  const obtain = credentialSource(clusterAccess({
    authority: () => ca,
    credential: {
      type: "exec",
      plugin: scriptPlugin(PRINT_AUTHORITY, { provideClusterInfo: true }),
    },
  }));
  assertEquals((await obtain(NEVER)).token, btoa("first"));
  ca = "second";
  assertEquals((await obtain(NEVER)).token, btoa("second"));
});
