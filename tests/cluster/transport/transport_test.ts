// Connections in this process, where the sanitizers detect leaks: with Deno's
// own client, and with undici where that is needed.

import {
  assertEquals,
  assertFalse,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { inspect } from "node:util";
import {
  ConfigurationError,
  ConnectionError,
  listWatchUntil,
} from "../../../mod.ts";
import { Cluster, type ClusterOptions } from "../../../client_node/mod.ts";
import { BunTransport } from "../../../cluster/transport/bun.ts";
import { createTransport } from "../../../cluster/transport/transport.ts";
import type { TransportOptions } from "../../../cluster/transport/types.ts";
import { CERTIFICATE, Files } from "../../support/kubeconfig_files.ts";
import { RawServer } from "../../support/http_fakes.ts";
import { SocksProxy } from "../../support/socks_proxy.ts";
import { ConnectProxy } from "../../control_plane/connect_proxy.ts";
import {
  CertificateAuthority,
  issueSelfSignedAuthority,
  issueWeakKey,
  type KeyPair,
} from "../../control_plane/credentials.ts";

const authority = await CertificateAuthority.create();
const server = await authority.issueServer();
const selfSigned = await issueSelfSignedAuthority();
const otherServer = await authority.issueServer("other.example");
const client = await authority.issueClient("me", []);

/** Responds with an empty list, or with an open watch of one event. */
function answer(request: Request): Response {
  if (!new URL(request.url).searchParams.has("watch")) {
    return Response.json({ kind: "PodList", items: [] });
  }
  const event = new TextEncoder().encode('{"type":"ADDED","object":{}}\n');
  return new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(event) }),
  );
}

/** An API server with TLS, and files with its CA and a client certificate. */
class Secure implements AsyncDisposable {
  readonly files: Files = new Files();
  readonly ca: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor({ certificate, key }: KeyPair, ca = authority.certificate) {
    this.ca = this.files.write("ca.crt", ca);
    this.files.write("client.crt", client.certificate);
    this.files.write("client.key", client.key);
    this.#server = Deno.serve(
      { port: 0, cert: certificate, key, onListen() {} },
      answer,
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** A cluster for this server, with more options. */
  cluster(options: ClusterOptions): Cluster {
    return Cluster.fromDefault({
      server: `https://127.0.0.1:${this.port}`,
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    this.files[Symbol.dispose]();
  }
}

/** Lists, watches, and disposes of the cluster while the watch is open. */
async function use(cluster: Cluster): Promise<void> {
  const pods = await cluster.listerWatcher({
    apiVersion: "v1",
    plural: "pods",
  });
  await pods.list({});
  const events = (await pods.watch({})).getReader();
  assertEquals((await events.read()).value?.type, "ADDED");
  const pending = assertRejects(() => events.read());
  await cluster[Symbol.asyncDispose]();
  await pending;
}

const TLS_OPTIONS: [
  what: string,
  pair: KeyPair,
  options: (secure: Secure) => ClusterOptions,
  ca?: string,
][] = [
  ["with a CA", server, ({ ca }) => ({ certificateAuthority: ca })],
  [
    "with a CA and a client certificate",
    server,
    ({ ca, files }) => ({
      certificateAuthority: ca,
      clientCertificate: `${files.directory}/client.crt`,
      clientKey: `${files.directory}/client.key`,
    }),
  ],
  [
    "whose certificate is its own CA",
    selfSigned,
    ({ ca }) => ({ certificateAuthority: ca }),
    selfSigned.certificate,
  ],
  [
    "without verification",
    otherServer,
    () => ({ insecureSkipTlsVerify: true }),
  ],
  [
    "with another name",
    otherServer,
    ({ ca, files }) => ({
      certificateAuthority: ca,
      tlsServerName: "other.example",
      clientCertificate: `${files.directory}/client.crt`,
      clientKey: `${files.directory}/client.key`,
    }),
  ],
];

for (const [what, pair, options, ca] of TLS_OPTIONS) {
  Deno.test(`Cluster leaves no connection open to a server ${what}`, async () => {
    await using secure = new Secure(pair, ca);
    await use(secure.cluster(options(secure)));
  });
}

const PROXIED: [what: string, more: ClusterOptions][] = [
  ["with Deno's client", {}],
  ["with undici", { tlsServerName: "localhost" }],
];

for (const [what, more] of PROXIED) {
  Deno.test(`Cluster connects through a proxy, ${what}`, async () => {
    await using secure = new Secure(server);
    await using proxy = await ConnectProxy.start();
    const cluster = secure.cluster({
      certificateAuthority: secure.ca,
      proxyUrl: `http://127.0.0.1:${proxy.port}`,
      ...more,
    });
    await use(cluster);
    const target = `127.0.0.1:${secure.port}`;
    assertEquals(
      new Set(proxy.asked.map(({ target }) => target)),
      new Set([target]),
    );
  });

  Deno.test(`Cluster connects through a SOCKS proxy, ${what}`, async () => {
    await using secure = new Secure(server);
    await using proxy = await SocksProxy.start();
    const cluster = secure.cluster({
      certificateAuthority: secure.ca,
      proxyUrl: proxy.url,
      ...more,
    });
    await use(cluster);
    assertEquals(new Set(proxy.asked), new Set([`127.0.0.1:${secure.port}`]));
  });

  Deno.test(`Cluster does not use the proxy of the environment for localhost, ${what}`, async () => {
    await using secure = new Secure(server);
    secure.files.setVariables({ HTTPS_PROXY: "http://127.0.0.1:1" });
    await use(secure.cluster({ certificateAuthority: secure.ca, ...more }));
  });
}

for (const user of ["me", ""]) {
  Deno.test(`Cluster does not send the password of a proxy to the server, with the user ${JSON.stringify(user)}`, async () => {
    const seen: (string | null)[] = [];
    const { certificate: cert, key } = server;
    const listening = Deno.serve(
      { port: 0, cert, key, onListen() {} },
      ({ headers }) => {
        seen.push(headers.get("proxy-authorization"));
        return Response.json({ kind: "List", items: [] });
      },
    );
    await using proxy = await ConnectProxy.start();
    using files = new Files();
    await using cluster = Cluster.fromDefault({
      server: `https://127.0.0.1:${listening.addr.port}`,
      certificateAuthority: files.write("ca.crt", authority.certificate),
      proxyUrl: `http://${user}:hunter2@127.0.0.1:${proxy.port}`,
    });
    const pods = await cluster.listerWatcher({
      apiVersion: "v1",
      plural: "pods",
    });
    await pods.list({});
    assertEquals(seen, [null]);
    assertEquals(
      proxy.asked[0]?.credential,
      `Basic ${btoa(`${user}:hunter2`)}`,
    );
    await cluster[Symbol.asyncDispose]();
    await listening.shutdown();
  });
}

Deno.test("Cluster connects through a SOCKS proxy that needs no password when it has one", async () => {
  await using secure = new Secure(server);
  await using proxy = await SocksProxy.start();
  const cluster = secure.cluster({
    certificateAuthority: secure.ca,
    proxyUrl: proxy.url.replace("://", "://me:hunter2@"),
  });
  await use(cluster);
  assertEquals(new Set(proxy.asked), new Set([`127.0.0.1:${secure.port}`]));
});

for (const [what, more] of PROXIED) {
  Deno.test(`Cluster asks a proxy that closes the connection once, for an IPv6 address in brackets, ${what}`, async () => {
    const asked: (string | undefined)[] = [];
    await using proxy = new RawServer((connection) => {
      asked.push(connection.head.split("\r\n")[0]);
      connection.close();
    });
    await using cluster = Cluster.fromDefault({
      server: "https://[fd00::1]:6443",
      proxyUrl: proxy.url,
      ...more,
    });
    const pods = await cluster.listerWatcher({
      apiVersion: "v1",
      plural: "pods",
    });
    await assertRejects(() => pods.list({}), ConnectionError);
    assertEquals(asked, ["CONNECT [fd00::1]:6443 HTTP/1.1"]);
  });
}

for (const source of ["proxy-url", "HTTPS_PROXY"]) {
  Deno.test(`Cluster shows no password of ${source} that the proxy repeats`, async () => {
    await using proxy = new RawServer(async (connection) => {
      await connection.write(`oops: ${connection.head}`);
    });
    using files = new Files();
    const proxyUrl = proxy.url.replace("://", "://me:hunter2-hunter2@");
    if (source !== "proxy-url") files.setVariables({ HTTPS_PROXY: proxyUrl });
    await using cluster = Cluster.fromDefault({
      server: "https://c.example",
      proxyUrl: source === "proxy-url" ? proxyUrl : undefined,
    });
    const pods = await cluster.listerWatcher({
      apiVersion: "v1",
      plural: "pods",
    });
    const error = await assertRejects(() => pods.list({}), ConnectionError);
    const shown = inspect(error, { depth: 9, showHidden: true });
    assertFalse(shown.includes("hunter2-hunter2"), shown);
    assertFalse(shown.includes(btoa("me:hunter2-hunter2")), shown);
  });
}

const REFUSED: [what: string, pair: KeyPair, options: ClusterOptions][] = [
  ["does not name the server", otherServer, {}],
  ["does not name the server, with undici", server, {
    tlsServerName: "a.example",
  }],
];

for (const [what, pair, options] of REFUSED) {
  Deno.test(`Cluster rejects with ConnectionError when the certificate ${what}`, async () => {
    await using secure = new Secure(pair);
    await using cluster = secure.cluster({
      certificateAuthority: secure.ca,
      ...options,
    });
    const pods = await cluster.listerWatcher({
      apiVersion: "v1",
      plural: "pods",
    });
    await assertRejects(() => pods.list({}), ConnectionError, "Cannot reach");
  });
}

/** Records the client certificates of new connections, until it is disposed. */
class OpenedClients implements Disposable {
  readonly certificates: string[] = [];
  readonly #create = Deno.createHttpClient;

  constructor() {
    const create = this.#create;
    Deno.createHttpClient = (options: ClientOptions) => {
      const client = create(options);
      // Others are only created to check a certificate.
      if ("poolIdleTimeout" in options && "cert" in options) {
        this.certificates.push(options.cert);
      }
      return client;
    };
  }

  [Symbol.dispose](): void {
    Deno.createHttpClient = this.#create;
  }
}

type ClientOptions = Parameters<typeof Deno.createHttpClient>[0];

Deno.test("Cluster opens new connections when the client certificate has been renewed", async () => {
  using files = new Files();
  files.write("client.crt", client.certificate);
  files.write("client.key", client.key);
  let status = 200;
  const { certificate: cert, key } = server;
  const listening = Deno.serve({ port: 0, cert, key, onListen() {} }, () => {
    const answer = Response.json({ kind: "List", items: [] }, { status });
    status = 200;
    return answer;
  });
  await using cluster = Cluster.fromDefault({
    server: `https://127.0.0.1:${listening.addr.port}`,
    certificateAuthority: files.write("ca.crt", authority.certificate),
    clientCertificate: `${files.directory}/client.crt`,
    clientKey: `${files.directory}/client.key`,
  });
  const pods = await cluster.listerWatcher({
    apiVersion: "v1",
    plural: "pods",
  });
  await pods.list({});
  const renewed = await authority.issueClient("me", []);
  files.write("client.crt", renewed.certificate);
  status = 401;
  using clients = new OpenedClients();
  // The key is still that of the last certificate, which is therefore kept.
  await pods.list({});
  assertEquals(clients.certificates, []);
  files.write("client.key", renewed.key);
  status = 401;
  await pods.list({});
  assertEquals(clients.certificates, [renewed.certificate]);
  await cluster[Symbol.asyncDispose]();
  await listening.shutdown();
});

const CLIENTS: [what: string, more: ClusterOptions][] = [
  ["with Deno's client", {}],
  ["with undici", { tlsServerName: "localhost" }],
];

for (const [what, more] of CLIENTS) {
  Deno.test(`Cluster trusts another authority when its file has been replaced, ${what}`, async () => {
    using files = new Files();
    const ca = files.write("ca.crt", authority.certificate);
    const old = listenWith(server);
    const { port } = old.addr;
    await using cluster = Cluster.fromDefault({
      server: `https://127.0.0.1:${port}`,
      certificateAuthority: ca,
      ...more,
    });
    const pods = await cluster.listerWatcher({
      apiVersion: "v1",
      plural: "pods",
    });
    await pods.list({});
    await old.shutdown();
    const next = await CertificateAuthority.create("next");
    const renewed = listenWith(await next.issueServer(), port);
    await assertRejects(() => pods.list({}), ConnectionError);
    Deno.removeSync(ca);
    await assertRejects(() => pods.list({}), ConnectionError);
    files.write("ca.crt", next.certificate);
    await pods.list({});
    await cluster[Symbol.asyncDispose]();
    await renewed.shutdown();
  });
}

function listenWith(
  { certificate: cert, key }: KeyPair,
  port = 0,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port, cert, key, onListen() {} }, answer);
}

const BUN: TransportOptions = {
  server: "https://c.example",
  tls: { ca: undefined, insecure: false, serverName: undefined },
  proxyUrl: undefined,
  certificate: undefined,
  headers: [],
};

const UNSUPPORTED_BY_BUN: [options: Partial<TransportOptions>, said: string][] =
  [
    [{ proxyUrl: "socks5://p" }, "Bun does not support SOCKS proxies"],
    [
      { headers: [["impersonate-group", "a"], ["Impersonate-Group", "b"]] },
      "Bun cannot send more than one impersonate-group header",
    ],
  ];

for (const [options, said] of UNSUPPORTED_BY_BUN) {
  Deno.test(`new BunTransport() throws because ${said}`, () => {
    assertThrows(
      () => new BunTransport({ ...BUN, ...options }),
      ConfigurationError,
      said,
    );
  });
}

const weak = await issueWeakKey();

const NEVER_WORKING: [
  what: string,
  options: (files: Files) => ClusterOptions,
  said: string,
][] = [
  [
    "a header cannot be sent",
    () => ({ as: "a\nb" }),
    "Cannot send the header impersonate-user: its value contains a control character",
  ],
  [
    "the certificate authority is malformed",
    (files) => ({ certificateAuthority: files.write("ca", CERTIFICATE) }),
    "Cannot use the certificate-authority: its PEM content is malformed",
  ],
  [
    "the certificate authority is malformed, with undici",
    (files) => ({
      certificateAuthority: files.write("ca", CERTIFICATE),
      tlsServerName: "a.example",
    }),
    "Cannot use the certificate-authority: its PEM content is malformed",
  ],
  [
    "the client certificate is malformed",
    (files) => ({
      clientCertificate: files.write("crt", CERTIFICATE),
      clientKey: files.write("key", client.key),
    }),
    "Cannot use the client certificate: its PEM content is malformed",
  ],
  [
    "the client certificate does not match its key",
    (files) => ({
      clientCertificate: files.write("crt", client.certificate),
      clientKey: files.write("key", server.key),
    }),
    "Cannot use the client certificate: it does not match its key",
  ],
  [
    "the key of the client certificate is too weak",
    (files) => ({
      clientCertificate: files.write("crt", weak.certificate),
      clientKey: files.write("key", weak.key),
    }),
    "Cannot use the client certificate and its key: ",
  ],
  [
    "the key of the client certificate is too weak, with undici",
    (files) => ({
      clientCertificate: files.write("crt", weak.certificate),
      clientKey: files.write("key", weak.key),
      insecureSkipTlsVerify: true,
    }),
    "Cannot use the client certificate and its key: ",
  ],
  [
    "the proxy of the environment is not a URL",
    (files) => {
      files.setVariables({ HTTPS_PROXY: "ftp://proxy" });
      return {};
    },
    "Cannot use HTTPS_PROXY: it must be a URL",
  ],
];

for (const [what, options, said] of NEVER_WORKING) {
  Deno.test(`Cluster rejects with ConfigurationError at the first request when ${what}`, async () => {
    using files = new Files();
    await using cluster = Cluster.fromDefault({
      server: "https://c.example",
      ...options(files),
    });
    const pods = await cluster.listerWatcher({
      apiVersion: "v1",
      plural: "pods",
    });
    await assertRejects(() => pods.list({}), ConfigurationError, said);
    await assertRejects(
      () => listWatchUntil(pods, () => true),
      ConfigurationError,
      said,
    );
  });
}

Deno.test("createTransport() rejects with ConfigurationError when the runtime is not supported", async () => {
  const { Deno: deno } = globalThis;
  const process = Object.getOwnPropertyDescriptor(globalThis, "process");
  Reflect.deleteProperty(globalThis, "Deno");
  Reflect.deleteProperty(globalThis, "process");
  let created: Promise<unknown>;
  try {
    created = createTransport(BUN);
  } finally {
    Object.defineProperty(globalThis, "Deno", {
      value: deno,
      configurable: true,
      writable: true,
    });
    if (process) Object.defineProperty(globalThis, "process", process);
  }
  await assertRejects(
    () => created,
    ConfigurationError,
    "this runtime is not Deno, Node or Bun",
  );
});
