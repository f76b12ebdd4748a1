/**
 * Credentials that change during a watch, and connections that die silently, on
 * Deno, Node and Bun: events are neither lost nor repeated, and a plugin runs
 * only as often as necessary.
 */

import { assert, assertEquals } from "@std/assert";
import { Changes, versionNow } from "./_changes.ts";
import {
  ClusterProcess,
  type ClusterProcessOptions,
} from "./_cluster_process.ts";
import { assertSameEvents } from "./_events.ts";
import { within } from "./_within.ts";
import {
  type AccountToken,
  ControlPlane,
} from "../control_plane/control_plane.ts";
import { CertificateAuthority } from "../control_plane/credentials.ts";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
import { isRunning, numberIn } from "../support/running.ts";
import { type Runtime, runtimes } from "./runtimes.ts";
import { e2eTest } from "./suite.ts";

const execVersion = "client.authentication.k8s.io/v1";

/** The validity that a plugin reports for its credential. */
const expiryMs = 5000;

/** Tokens of an account that may watch pods. */
async function issueTokens(
  plane: ControlPlane,
  account: string,
): Promise<[AccountToken, AccountToken]> {
  const tokens: [AccountToken, AccountToken] = [
    await plane.issueToken({ account }),
    await plane.issueToken({ account }),
  ];
  await plane.grant({
    user: tokens[0].user,
    verbs: ["list", "watch"],
    resources: ["pods"],
  });
  return tokens;
}

async function writeKubeconfig(
  plane: ControlPlane,
  user: Record<string, unknown>,
  server = plane.server,
  ca = plane.client().caFile,
): Promise<string> {
  const path = await Deno.makeTempFile({ dir: plane.directory });
  await Deno.writeTextFile(
    path,
    JSON.stringify({
      "current-context": "e2e",
      clusters: [{
        name: "e2e",
        cluster: {
          server,
          "certificate-authority": ca,
        },
      }],
      users: [{ name: "e2e", user }],
      contexts: [{ name: "e2e", context: { cluster: "e2e", user: "e2e" } }],
    }),
  );
  return path;
}

/** A plugin that prints a token from a file, and records each of its runs. */
class Plugin {
  readonly #directory: string;
  readonly user: Record<string, unknown>;

  constructor(directory: string, expiryMs: number | undefined) {
    this.#directory = directory;
    const script = `
      const directory = ${JSON.stringify(directory)};
      Deno.writeTextFileSync(directory + "/runs", Date.now() + "\\n", { append: true });
      const token = Deno.readTextFileSync(directory + "/token");
      const inMs = ${expiryMs ?? "undefined"};
      const expirationTimestamp = inMs && new Date(Date.now() + inMs);
      console.log(JSON.stringify({
        apiVersion: "${execVersion}",
        kind: "ExecCredential",
        status: { token, expirationTimestamp },
      }));`;
    this.user = {
      exec: {
        apiVersion: execVersion,
        interactiveMode: "IfAvailable",
        command: Deno.execPath(),
        args: ["eval", script],
      },
    };
  }

  /** Sets the token to print. */
  async setToken(token: string): Promise<void> {
    await Deno.mkdir(this.#directory, { recursive: true });
    await Deno.writeTextFile(`${this.#directory}/token`, token);
  }

  /** The times at which it was run, in milliseconds since 1970. */
  async runs(): Promise<number[]> {
    const text = await Deno.readTextFile(`${this.#directory}/runs`);
    return text.trim().split("\n").map(Number);
  }
}

/** The same program on each runtime, watching the same changes. */
class Watchers implements AsyncDisposable {
  readonly processes: readonly ClusterProcess[];

  private constructor(processes: readonly ClusterProcess[]) {
    this.processes = processes;
  }

  /** Starts the programs, watching from the current version. */
  static async start(
    plane: ControlPlane,
    options: (
      runtime: Runtime,
    ) => Promise<Omit<ClusterProcessOptions, "runtime">>,
  ): Promise<Watchers> {
    const watchFrom = await versionNow(plane);
    await using stack = new AsyncDisposableStack();
    const processes: ClusterProcess[] = [];
    for (const runtime of runtimes) {
      const process = await ClusterProcess.start({
        runtime,
        watchFrom,
        watchTimeoutMs: 1000,
        ...await options(runtime),
      });
      processes.push(stack.use(process));
    }
    stack.move();
    return new Watchers(processes);
  }

  /** Waits until all programs have seen all changes. */
  async caughtUp(changes: Changes): Promise<void> {
    const last = changes.texts.at(-1) ?? "";
    await Promise.all(
      this.processes.map((process, index) =>
        within(
          `${runtimes[index]} to catch up`,
          process.until("it", () => process.acknowledged.includes(last)),
          {
            timeoutMs: 30_000,
            state: () => JSON.stringify([process.lines.at(-1), process.stderr]),
          },
        )
      ),
    );
  }

  /**
   * Asserts that all programs have seen all changes once, and exit by
   * themselves.
   */
  async endWell(changes: Changes): Promise<void> {
    await this.caughtUp(changes);
    for (const [index, process] of this.processes.entries()) {
      await within(`${runtimes[index]} to end`, process.stop());
      assertSameEvents(
        [`${runtimes[index]}'s`, process.acknowledged],
        ["acknowledged", changes.texts],
        changes.hint,
      );
      assertEquals(process.lines.at(-1), { done: true }, process.stderr);
    }
  }

  /** Waits until a watch of each fails because of a certificate. */
  async failed(): Promise<void> {
    await Promise.all(
      this.processes.map((process, index) =>
        within(
          `${runtimes[index]} to fail`,
          process.until("it", (lines) =>
            lines.some(({ restart = "" }) =>
              /certificate/i.test(restart)
            )),
          {
            state: () => JSON.stringify(process.lines.slice(-3)),
          },
        )
      ),
    );
  }

  /**
   * Asserts that no watch has failed: all were restarted after they had ended
   * normally.
   */
  assertUndisturbed(): void {
    for (const { lines } of this.processes) {
      assertEquals(lines.filter(({ restart = "" }) => restart !== ""), []);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.processes) await process[Symbol.asyncDispose]();
  }
}

/** Creates a plugin for each runtime. */
function pluginsOf(
  plane: ControlPlane,
  expiryMs: number | undefined,
): Record<Runtime, Plugin> {
  const plugin = (runtime: Runtime) =>
    new Plugin(`${plane.directory}/plugin-${runtime}`, expiryMs);
  return { deno: plugin("deno"), node: plugin("node"), bun: plugin("bun") };
}

/** Watchers with plugins, which have been given another token. */
class Renewal implements AsyncDisposable {
  private constructor(
    readonly plugins: Record<Runtime, Plugin>,
    readonly first: AccountToken,
    readonly changes: Changes,
    readonly watchers: Watchers,
  ) {}

  /**
   * Starts the watchers, and gives the plugins another token once all have
   * caught up.
   */
  static async begin(
    plane: ControlPlane,
    expiryMs: number | undefined,
  ): Promise<Renewal> {
    const plugins = pluginsOf(plane, expiryMs);
    const setToken = (token: string) =>
      Promise.all(runtimes.map((runtime) => plugins[runtime].setToken(token)));
    const [first, second] = await issueTokens(plane, "robot");
    await setToken(first.token);
    const changes = new Changes(plane);
    await using stack = new AsyncDisposableStack();
    const watchers = stack.use(
      await Watchers.start(plane, async (runtime) => {
        const { user } = plugins[runtime];
        return { env: { KUBECONFIG: await writeKubeconfig(plane, user) } };
      }),
    );
    await changes.write(20);
    await watchers.caughtUp(changes);
    await setToken(second.token);
    stack.move();
    return new Renewal(plugins, first, changes, watchers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watchers[Symbol.asyncDispose]();
  }
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

e2eTest(
  "Cluster runs a plugin again when its credential has expired during a watch",
  async () => {
    await using plane = await ControlPlane.start();
    await using renewal = await Renewal.begin(plane, expiryMs);
    const { changes, plugins, watchers } = renewal;
    await changes.writeDuring(delay(2.5 * expiryMs), 10);
    await watchers.endWell(changes);
    watchers.assertUndisturbed();
    for (const [index, runtime] of runtimes.entries()) {
      const runs = await plugins[runtime].runs();
      assert(runs.length >= 3, `${runtime}: ${runs}`);
      for (const [index, at] of runs.slice(1).entries()) {
        assert(at - (runs[index] ?? 0) >= expiryMs, `${runtime}: ${runs}`);
      }
      // The watch was restarted many more times than that.
      const restarts = watchers.processes[index]?.lines
        .filter(({ restart }) => restart === "") ?? [];
      assert(restarts.length > runs.length, `${runtime}: ${restarts.length}`);
    }
  },
);

e2eTest(
  "Cluster runs a plugin again when its credential is rejected during a watch",
  async () => {
    await using plane = await ControlPlane.start();
    await using renewal = await Renewal.begin(plane, undefined);
    const { changes, first, plugins, watchers } = renewal;
    await changes.writeDuring(first.revoke(), 10);
    await changes.writeDuring(delay(2500), 10);
    await watchers.endWell(changes);
    watchers.assertUndisturbed();
    for (const runtime of runtimes) {
      assertEquals((await plugins[runtime].runs()).length, 2, runtime);
    }
  },
);

e2eTest(
  "Cluster in a pod reloads the token of its service account",
  async () => {
    await using plane = await ControlPlane.start();
    const directory = `${plane.directory}/pod`;
    const [first, second] = await issueTokens(plane, "robot");
    await Deno.mkdir(directory);
    await Deno.writeTextFile(`${directory}/token`, first.token);
    await Deno.writeTextFile(`${directory}/ca.crt`, plane.client().caCert);
    await Deno.writeTextFile(`${directory}/namespace`, "default");
    const changes = new Changes(plane);
    await using watchers = await Watchers.start(plane, () =>
      Promise.resolve({
        env: {
          KUBERNETES_SERVICE_HOST: "127.0.0.1",
          KUBERNETES_SERVICE_PORT: `${plane.port}`,
        },
        serviceAccountDirectory: directory,
      }));
    await changes.write(20);
    await watchers.caughtUp(changes);
    // Like a kubelet, which replaces the file with a new one.
    await Deno.writeTextFile(`${directory}/new`, second.token);
    await Deno.rename(`${directory}/new`, `${directory}/token`);
    await changes.writeDuring(first.revoke(), 10);
    await changes.writeDuring(delay(2500), 10);
    await watchers.endWell(changes);
    watchers.assertUndisturbed();
  },
);

e2eTest("Cluster abandons connections that have died silently", async () => {
  await using plane = await ControlPlane.start();
  await using stack = new AsyncDisposableStack();
  const { token } = plane.client();
  const proxies: TcpProxy[] = [];
  const changes = new Changes(plane);
  await using watchers = await Watchers.start(plane, async () => {
    const upstreamPort = plane.port;
    const proxy = stack.use(await TcpProxy.start({ upstreamPort }));
    proxies.push(proxy);
    const kubeconfig = await writeKubeconfig(plane, { token }, proxy.url);
    return { env: { KUBECONFIG: kubeconfig }, watchGraceMs: 3000 };
  });
  for (let stalls = 0; stalls < 3; stalls++) {
    await changes.write(20);
    await watchers.caughtUp(changes);
    for (const proxy of proxies) assert(proxy.stall() > 0);
  }
  await changes.write(20);
  await watchers.endWell(changes);
});

/** The authority that signs the server's certificate for "localhost". */
class RotatedAuthority {
  readonly #directory: string;
  /** What kube-apiserver is started with. */
  readonly flag: string;
  /** The authority's certificate, as PEM text. */
  certificate = "";

  constructor(directory: string) {
    this.#directory = directory;
    this.flag =
      `--tls-sni-cert-key=${directory}/sni.crt,${directory}/sni.key:localhost`;
  }

  /** Another authority signs another certificate for the next server. */
  async rotate(): Promise<void> {
    const authority = await CertificateAuthority.create(crypto.randomUUID());
    const { certificate, key } = await authority.issueServer();
    await replaceFile(`${this.#directory}/sni.key`, key);
    await replaceFile(`${this.#directory}/sni.crt`, certificate);
    this.certificate = authority.certificate;
  }
}

/** As a kubelet does it: another file takes the place of the old one. */
async function replaceFile(path: string, content: string): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, content);
  await Deno.rename(`${path}.new`, path);
}

/** Configures where a process finds the server and its authority. */
type Place = (
  place: { ca: string; plane: ControlPlane },
) => Promise<Omit<ClusterProcessOptions, "runtime">>;

const places: Readonly<Record<string, Place>> = {
  "in a kubeconfig": async ({ ca, plane }) => {
    const kubeconfig = await writeKubeconfig(
      plane,
      { token: plane.client().token },
      `https://localhost:${plane.port}`,
      ca,
    );
    return { env: { KUBECONFIG: kubeconfig } };
  },
  "in a pod": async ({ ca, plane }) => {
    const directory = ca.replace(/\/[^/]*$/, "");
    await Deno.writeTextFile(`${directory}/token`, plane.client().token);
    await Deno.writeTextFile(`${directory}/namespace`, "default");
    return {
      env: {
        KUBERNETES_SERVICE_HOST: "localhost",
        KUBERNETES_SERVICE_PORT: `${plane.port}`,
      },
      serviceAccountDirectory: directory,
    };
  },
};

for (const [where, place] of Object.entries(places)) {
  e2eTest(
    `Cluster follows a certificate authority ${where} that is rotated`,
    async () => {
      const directory = await Deno.makeTempDir();
      const authority = new RotatedAuthority(directory);
      await authority.rotate();
      await using plane = await ControlPlane.start({
        apiserverFlags: [authority.flag],
      });
      const ca = `${directory}/ca.crt`;
      await Deno.writeTextFile(ca, authority.certificate);
      const changes = new Changes(plane);
      await using watchers = await Watchers.start(
        plane,
        () => place({ ca, plane }),
      );
      await changes.write(20);
      await watchers.caughtUp(changes);
      await authority.rotate();
      // A restarted server resumes no TLS session, which is not verified anew.
      await plane.restartApiserver();
      await changes.write(20);
      await watchers.failed();
      await replaceFile(ca, authority.certificate);
      await watchers.endWell(changes);
      await Deno.remove(directory, { recursive: true });
    },
  );
}

for (const runtime of runtimes) {
  e2eTest(
    `Cluster ends what a plugin has started when it is disposed, on ${runtime}`,
    async () => {
      const directory = await Deno.makeTempDir();
      await Deno.writeTextFile(`${directory}/pid`, "");
      const kubeconfig = `${directory}/config`;
      const exec = {
        apiVersion: execVersion,
        interactiveMode: "Never",
        command: "sh",
        args: ["-c", `sleep 600 & echo $! > "${directory}/pid"; wait`],
      };
      await Deno.writeTextFile(
        kubeconfig,
        JSON.stringify({
          "current-context": "e2e",
          clusters: [{ name: "e2e", cluster: { server: "https://127.0.0.1" } }],
          users: [{ name: "e2e", user: { exec } }],
          contexts: [{ name: "e2e", context: { cluster: "e2e", user: "e2e" } }],
        }),
      );
      await using process = await ClusterProcess.start({
        runtime,
        env: { KUBECONFIG: kubeconfig },
        endsRequests: true,
      });
      const child = await within("the plugin", numberIn(`${directory}/pid`));
      assert(await isRunning(child));
      await within("the end", process.stop());
      assertEquals(process.lines.at(-1), { done: true }, process.stderr);
      assert(!await isRunning(child));
      await Deno.remove(directory, { recursive: true });
    },
  );
}
