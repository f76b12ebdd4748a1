/**
 * The servers for the suite, and what it reports. The test process runs it; the
 * suite is in another one.
 *
 * @module
 */

import { constants, createGzip } from "node:zlib";
import { CertificateAuthority } from "../control_plane/credentials.ts";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
import { FakeApiServer } from "../../testing/mod.ts";
import type {
  Failure,
  Result,
  SceneAddress,
  SceneObject,
  SceneOptions,
  SceneState,
  StageCalls,
} from "./_protocol.ts";

type Handler = (request: Request) => Promise<Response>;

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*",
  "access-control-allow-methods": "*",
};

/** One server of a behavior. */
interface Scene {
  readonly fake: FakeApiServer;
  readonly proxy: TcpProxy | undefined;
  readonly stack: AsyncDisposableStack;
}

/** The servers for the suite on one runtime. */
export class Stage implements AsyncDisposable {
  /** A file with the certificate authority of the servers with TLS. */
  readonly caFile: string;
  readonly #ca: CertificateAuthority;
  readonly #scenes = new Map<number, Scene>();
  readonly #control: Deno.HttpServer<Deno.NetAddr>;
  readonly #results: Result[] = [];
  readonly #done = Promise.withResolvers<readonly Result[]>();
  readonly #calls: StageCallbacks;
  readonly #assets: ReadonlyMap<string, string>;
  #last = 0;

  private constructor(
    ca: CertificateAuthority,
    caFile: string,
    assets: ReadonlyMap<string, string>,
  ) {
    this.#ca = ca;
    this.caFile = caFile;
    this.#assets = assets;
    this.#calls = this.#callbacks();
    this.#control = serve((request) => this.#answer(request));
  }

  /**
   * Starts a stage.
   *
   * @param assets Pages and scripts for a browser, by path.
   * @returns The stage.
   */
  static async start(assets: ReadonlyMap<string, string>): Promise<Stage> {
    const ca = await CertificateAuthority.create();
    const caFile = await Deno.makeTempFile({ suffix: ".pem" });
    await Deno.writeTextFile(caFile, ca.certificate);
    return new Stage(ca, caFile, assets);
  }

  /** The address for the suite's calls. */
  get url(): string {
    return `http://127.0.0.1:${this.#control.addr.port}`;
  }

  /** The results, once the suite says that it is over. */
  get done(): Promise<readonly Result[]> {
    return this.#done.promise;
  }

  /** The results so far. */
  get results(): readonly Result[] {
    return this.#results;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stack } of this.#scenes.values()) await stack.disposeAsync();
    await this.#control.shutdown();
    await Deno.remove(this.caFile);
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const asset = this.#assets.get(pathname);
    if (asset !== undefined) {
      const type = pathname.endsWith(".js") ? "text/javascript" : "text/html";
      return new Response(asset, { headers: { "content-type": type } });
    }
    // A request that stays open.
    if (pathname.startsWith("/kept/")) {
      return new Response(new ReadableStream());
    }
    if (request.method !== "POST") return new Response(null, { status: 404 });
    const args = await request.json();
    if (pathname === "/report") {
      this.#results.push(args);
      return Response.json({});
    }
    if (pathname === "/done") {
      this.#done.resolve(this.#results);
      return Response.json({});
    }
    const call = this.#calls[pathname.slice(1)];
    if (call === undefined) return new Response(null, { status: 404 });
    return Response.json({ value: await call(args) });
  }

  #callbacks(): StageCallbacks {
    const on = (act: (scene: Scene, args: unknown[]) => unknown) =>
    (
      args: unknown[],
    ) => {
      const scene = this.#scenes.get(Number(args[0]));
      if (scene === undefined) throw new Error(`There is no scene ${args[0]}`);
      return act(scene, args);
    };
    const calls: Record<keyof StageCalls, (args: unknown[]) => unknown> = {
      open: ([options]) => this.#open(options as SceneOptions),
      close: on(async (scene, [id]) => {
        this.#scenes.delete(Number(id));
        await scene.stack.disposeAsync();
      }),
      create: on(({ fake }, [, object]) => {
        fake.create(object as SceneObject);
        return fake.resourceVersion;
      }),
      update: on(({ fake }, [, object]) => {
        fake.update(object as SceneObject);
        return fake.resourceVersion;
      }),
      cut: on(({ fake }) => fake.dropConnections()),
      silence: on(({ fake }) => fake.stall()),
      compact: on(({ fake }) => fake.compact()),
      fail: on(({ fake }, [, failure]) => fake.failNext(failure as Failure)),
      stall: on(({ proxy }) => void proxy?.stall()),
      state: on(({ fake }) => stateOf(fake)),
      watchStarted: on(({ fake }, [, count]) =>
        fake.watchStarted(Number(count))
      ),
      requested: on(({ fake }, [, count]) => fake.requested(Number(count))),
      watchesClosed: on(({ fake }) => fake.watchesClosed()),
    };
    return calls;
  }

  async #open(options: SceneOptions): Promise<SceneAddress> {
    await using stack = new AsyncDisposableStack();
    const { token, chunkSize } = options;
    const fake = stack.use(
      new FakeApiServer({ token, chunkSize, bookmarkIntervalMs: Infinity }),
    );
    const handler: Handler = options.gzip
      ? async (request) => compressed(await fake.fetch(request))
      : (request) => fake.fetch(request);
    const tls = options.tls ? await this.#ca.issueServer() : undefined;
    const server = serve(
      handler,
      tls && { cert: tls.certificate, key: tls.key },
    );
    stack.defer(() => server.shutdown());
    const { port } = server.addr;
    const proxy = tls === undefined
      ? undefined
      : stack.use(await TcpProxy.start({ upstreamPort: port }));
    const id = ++this.#last;
    this.#scenes.set(id, { fake, proxy, stack: stack.move() });
    // Asked for by that name, a server on this host is not "on this host", from
    // which no compression is requested.
    const host = options.gzip ? "[::ffff:127.0.0.1]" : "127.0.0.1";
    return {
      id,
      url: proxy?.url ?? `http://${host}:${port}`,
      ca: tls && this.#ca.certificate,
    };
  }
}

type StageCallbacks = Readonly<
  Record<string, (args: unknown[]) => unknown>
>;

function serve(
  handler: Handler,
  tls?: { cert: string; key: string },
): Deno.HttpServer<Deno.NetAddr> {
  const options = {
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    // A client that has left gets no answer.
    onError: () => new Response(null, { status: 500 }),
  };
  const answer = async (request: Request) => {
    // Neither a browser nor the fake looks at what is answered here.
    if (request.method === "OPTIONS") {
      return new Response(null, { headers: CORS });
    }
    return withCors(await handler(request));
  };
  return tls === undefined
    ? Deno.serve(options, answer)
    : Deno.serve({ ...options, ...tls }, answer);
}

function withCors(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(CORS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}

/** Compresses a body and flushes each chunk, as kube-apiserver 1.37 does. */
function compressed(response: Response): Response {
  const { body } = response;
  if (body === null) return response;
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  const reader = body.getReader();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      gzip.on("data", (chunk: Uint8Array) => controller.enqueue(chunk));
      gzip.on("end", () => controller.close());
    },
    async pull() {
      const { value, done } = await reader.read();
      if (done) gzip.end();
      else gzip.write(value);
    },
    async cancel(reason) {
      await reader.cancel(reason);
      gzip.destroy();
    },
  });
  const headers = new Headers(response.headers);
  headers.set("content-encoding", "gzip");
  // That of the body before it was compressed.
  headers.delete("content-length");
  return new Response(stream, { status: response.status, headers });
}

function stateOf(fake: FakeApiServer): SceneState {
  return {
    resourceVersion: fake.resourceVersion,
    watchStarts: fake.watchStarts,
    openWatches: fake.openWatches,
    requests: fake.requests.map(({ path, query }) => ({ path, query })),
  };
}
