/**
 * Credentials that change while a watch runs, and connections that die in
 * silence, on Deno, Node and Bun: no event is lost, none comes twice, and a
 * plugin is run as often as it has to be.
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
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
import { type Runtime, runtimes } from "./runtimes.ts";
import { e2eTest } from "./suite.ts";

const execVersion = "client.authentication.k8s.io/v1";

/** How long a plugin says that its credential is good. */
const expiryMs = 5000;

/** Tokens of one account that may watch pods. */
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
          "certificate-authority": plane.client().caFile,
        },
      }],
      users: [{ name: "e2e", user }],
      contexts: [{ name: "e2e", context: { cluster: "e2e", user: "e2e" } }],
    }),
  );
  return path;
}

/** A plugin that prints the token of a file, and notes each of its runs. */
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

  /** What it prints from now on. */
  async setToken(token: string): Promise<void> {
    await Deno.mkdir(this.#directory, { recursive: true });
    await Deno.writeTextFile(`${this.#directory}/token`, token);
  }

  /** When it was run, in milliseconds since 1970. */
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

  /** Starts them, watching from now on. */
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

  /** Waits until all have seen all changes. */
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

  /** All have seen everything once, and end by themselves. */
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

  /** No watch has failed: all were begun anew after they had ended well. */
  assertUndisturbed(): void {
    for (const { lines } of this.processes) {
      assertEquals(lines.filter(({ restart = "" }) => restart !== ""), []);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.processes) await process[Symbol.asyncDispose]();
  }
}

/** A plugin for each runtime. */
function pluginsOf(
  plane: ControlPlane,
  expiryMs: number | undefined,
): Record<Runtime, Plugin> {
  const plugin = (runtime: Runtime) =>
    new Plugin(`${plane.directory}/plugin-${runtime}`, expiryMs);
  return { deno: plugin("deno"), node: plugin("node"), bun: plugin("bun") };
}

/** Watchers by plugins, each of which has another token to give by now. */
class Renewal implements AsyncDisposable {
  private constructor(
    readonly plugins: Record<Runtime, Plugin>,
    readonly first: AccountToken,
    readonly changes: Changes,
    readonly watchers: Watchers,
  ) {}

  /** Starts them, and gives the plugins another token when all have caught up. */
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
  "Cluster runs a plugin again whenever its credential has expired, while a watch goes on",
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
      // The watch was begun anew many more times than that.
      const restarts = watchers.processes[index]?.lines
        .filter(({ restart }) => restart === "") ?? [];
      assert(restarts.length > runs.length, `${runtime}: ${restarts.length}`);
    }
  },
);

e2eTest(
  "Cluster runs a plugin again when its credential is refused, while a watch goes on",
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
  "Cluster in a pod follows the token of its service account",
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
    // As a kubelet does it: another file takes the place of the old one.
    await Deno.writeTextFile(`${directory}/new`, second.token);
    await Deno.rename(`${directory}/new`, `${directory}/token`);
    await changes.writeDuring(first.revoke(), 10);
    await changes.writeDuring(delay(2500), 10);
    await watchers.endWell(changes);
    watchers.assertUndisturbed();
  },
);

e2eTest("Cluster leaves connections that have died in silence", async () => {
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
