// The URLs of requests: which addresses are accepted, that errors do not repeat
// an address, and which parameters are sent.

import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  type ListOptions,
  RestListerWatcher,
  type RestListerWatcherOptions,
  type WatchOptions,
} from "../../mod.ts";
import { answering } from "../support/http_fakes.ts";

const PATH = "/api/v1/pods";

const SERVERS: [server: string | URL, asked: string][] = [
  ["https://host:6443", "https://host:6443/api/v1/pods"],
  ["https://host:6443/", "https://host:6443/api/v1/pods"],
  ["HTTP://Host", "http://host/api/v1/pods"],
  ["http://[::1]:8001", "http://[::1]:8001/api/v1/pods"],
  [
    "https://host/k8s/clusters/c-1",
    "https://host/k8s/clusters/c-1/api/v1/pods",
  ],
  ["https://host/a%20b//", "https://host/a%20b/api/v1/pods"],
  [new URL("https://host:6443/prefix"), "https://host:6443/prefix/api/v1/pods"],
];

for (const [server, asked] of SERVERS) {
  Deno.test(`RestListerWatcher requests ${asked} when the server is ${Deno.inspect(server)}`, async () => {
    const fake = answering('{"items":[]}');
    const pods = new RestListerWatcher({
      server,
      path: PATH,
      fetch: fake.fetch,
    });
    await pods.list({});
    assertEquals(fake.calls[0]?.url, asked);
  });
}

const SECRET = "hunter2-hunter2";

const REFUSED: [what: string, server: string | URL][] = [
  ["holds a user and a password", `https://admin:${SECRET}@host:6443`],
  ["holds a user", `https://${SECRET}@host`],
  ["holds a password alone", `https://:${SECRET}@host`],
  ["is a URL object with a password", new URL(`https://a:${SECRET}@host`)],
  ["is a URL object with a user", new URL(`https://${SECRET}@host`)],
  [
    "holds a password and an invalid port",
    `https://a:${SECRET}@host:99999`,
  ],
  ["holds a password and no host", `https://a:${SECRET}@`],
  ["holds a password and a space", `https://a:${SECRET}@ho st`],
  ["holds a password and no scheme", `//a:${SECRET}@host`],
  ["holds a password and another scheme", `ftp://a:${SECRET}@host`],
  ["is a user and a host", `admin:${SECRET}@host`],
  ["has a query", `https://host?token=${SECRET}`],
  ["has a fragment", `https://host#${SECRET}`],
  ["is empty", ""],
  ["is a host and a port", "host:6443"],
  ["is a path", "/api"],
  ["is a file", new URL("file:///etc")],
];

for (const [what, server] of REFUSED) {
  Deno.test(`new RestListerWatcher() throws TypeError that does not repeat the server when it ${what}`, () => {
    const error = assertThrows(
      () => new RestListerWatcher({ server, path: PATH }),
      TypeError,
      "Cannot use the given server",
    );
    assertFalse(Deno.inspect(error).includes(SECRET));
    assertEquals(error.cause, undefined);
  });
}

for (
  const path of ["", "api/v1/pods", "/api?watch=true", "/api#x", "https://h/a"]
) {
  Deno.test(`new RestListerWatcher() throws TypeError when the path is ${JSON.stringify(path)}`, () => {
    assertThrows(
      () => new RestListerWatcher({ server: "https://host", path }),
      TypeError,
      "as path",
    );
  });
}

const LISTS: [options: ListOptions, query: Record<string, string>][] = [
  [{}, {}],
  [{
    labelSelector: "app=web,tier!=cache",
    fieldSelector: "metadata.name=a&b",
    resourceVersion: "7",
    resourceVersionMatch: "Exact",
    limit: 500,
    continue: "a+b/c==",
    timeoutSeconds: 30,
    shardSelector: "shardRange(object.metadata.uid, '0x0', '0x8')",
  }, {
    labelSelector: "app=web,tier!=cache",
    fieldSelector: "metadata.name=a&b",
    resourceVersion: "7",
    resourceVersionMatch: "Exact",
    limit: "500",
    continue: "a+b/c==",
    timeoutSeconds: "30",
    shardSelector: "shardRange(object.metadata.uid, '0x0', '0x8')",
  }],
  [{ resourceVersion: "", continue: "", limit: undefined }, {}],
  [{ resourceVersion: "0" }, { resourceVersion: "0" }],
  [{ signal: new AbortController().signal }, {}],
];

for (const [options, query] of LISTS) {
  Deno.test(`RestListerWatcher.list() sends ${JSON.stringify(query)} when the options are ${JSON.stringify(options)}`, async () => {
    const fake = answering('{"items":[]}');
    await podsOf({ fetch: fake.fetch }).list(options);
    assertEquals(Object.fromEntries(fake.url(1).searchParams), query);
  });
}

const WATCHES: [options: WatchOptions, query: Record<string, string>][] = [
  [{}, {}],
  [{
    labelSelector: "app",
    fieldSelector: "spec.nodeName=a",
    resourceVersion: "7",
    resourceVersionMatch: "NotOlderThan",
    allowWatchBookmarks: true,
    sendInitialEvents: true,
    timeoutSeconds: 300,
    shardSelector: "x",
  }, {
    labelSelector: "app",
    fieldSelector: "spec.nodeName=a",
    resourceVersion: "7",
    resourceVersionMatch: "NotOlderThan",
    allowWatchBookmarks: "true",
    sendInitialEvents: "true",
    timeoutSeconds: "300",
    shardSelector: "x",
  }],
  // Not the same as absent: it makes `resourceVersionMatch` valid.
  [{ sendInitialEvents: false }, { sendInitialEvents: "false" }],
  [{ timeoutSeconds: 0 }, { timeoutSeconds: "0" }],
];

for (const [options, query] of WATCHES) {
  Deno.test(`RestListerWatcher.watch() sends ${JSON.stringify(query)} when the options are ${JSON.stringify(options)}`, async () => {
    const fake = answering("");
    await (await podsOf({ fetch: fake.fetch }).watch(options)).cancel();
    assertEquals(Object.fromEntries(fake.url(1).searchParams), {
      watch: "true",
      ...query,
    });
  });
}

const OWN = { labelSelector: "l=1", fieldSelector: "f=1", shardSelector: "s1" };

const SELECTORS: [given: ListOptions, sent: Record<string, string>][] = [
  [{}, OWN],
  [{ labelSelector: undefined }, OWN],
  [{ labelSelector: "l=2" }, { ...OWN, labelSelector: "l=2" }],
  [{ fieldSelector: "f=2" }, { ...OWN, fieldSelector: "f=2" }],
  [{ shardSelector: "s2" }, { ...OWN, shardSelector: "s2" }],
  [{ labelSelector: "", fieldSelector: "" }, { shardSelector: "s1" }],
];

for (const [given, sent] of SELECTORS) {
  Deno.test(`RestListerWatcher sends the selectors ${JSON.stringify(sent)} when a call gives ${JSON.stringify(given)}`, async () => {
    const fake = answering(
      '{"metadata":{"shardInfo":{"selector":"s"}},"items":[]}',
    );
    const pods = podsOf({ fetch: fake.fetch, ...OWN });
    await pods.list(given);
    await (await pods.watch(given)).cancel();
    assertEquals(Object.fromEntries(fake.url(1).searchParams), sent);
    assertEquals(Object.fromEntries(fake.url(2).searchParams), {
      watch: "true",
      ...sent,
    });
  });
}

function podsOf(
  options: Partial<RestListerWatcherOptions>,
): RestListerWatcher {
  return new RestListerWatcher({
    server: "https://host",
    path: PATH,
    ...options,
  });
}
