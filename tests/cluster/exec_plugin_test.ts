// What a plugin is told, what it may print, and what is said when it fails.
// The plugins are this very Deno, which is there on every machine.

import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import type { ExecPlugin } from "../../cluster/_cluster_access.ts";
import { runExecPlugin } from "../../cluster/_exec_plugin.ts";
import {
  clusterAccess,
  printing,
  scriptPlugin,
} from "../support/cluster_access.ts";
import { CERTIFICATE, KEY } from "../support/kubeconfig_files.ts";

const SECRET = "hunter2-hunter2-hunter2";
const NEVER = new AbortController().signal;

function run(plugin: ExecPlugin) {
  return runExecPlugin(plugin, clusterAccess(), NEVER);
}

const CREDENTIALS: [what: string, status: unknown, expected: unknown][] = [
  ["a token", { token: SECRET }, {
    token: SECRET,
    certificate: undefined,
    expiresAtMs: undefined,
  }],
  [
    "a token that expires",
    { token: SECRET, expirationTimestamp: "2030-01-01T00:00:00Z" },
    {
      token: SECRET,
      certificate: undefined,
      expiresAtMs: Date.UTC(2030, 0, 1),
    },
  ],
  [
    "a certificate and its key",
    { token: "", clientCertificateData: CERTIFICATE, clientKeyData: KEY },
    {
      token: undefined,
      certificate: { cert: CERTIFICATE, key: KEY },
      expiresAtMs: undefined,
    },
  ],
];

for (const [what, status, expected] of CREDENTIALS) {
  Deno.test(`runExecPlugin() takes ${what}`, async () => {
    assertEquals(await run(scriptPlugin(printing(status))), expected);
  });
}

const RUBBISH: [what: string, script: string, said: string][] = [
  ["prints nothing", "", "has printed nothing"],
  [
    "prints no JSON",
    `console.log("${SECRET}")`,
    "has printed something that is not JSON",
  ],
  [
    "prints JSON that is cut off",
    `console.log('{"status":{"token":"${SECRET}')`,
    "has printed something that is not JSON",
  ],
  [
    "prints another kind",
    printing({ token: SECRET }, { kind: SECRET }),
    "has printed JSON that is no ExecCredential",
  ],
  [
    "prints a list",
    `console.log('["${SECRET}"]')`,
    "has printed JSON that is no ExecCredential",
  ],
  [
    "prints another version",
    printing({ token: SECRET }, {
      apiVersion: "client.authentication.k8s.io/v1beta1",
    }),
    'speaks another version than the kubeconfig says: apiVersion "client.authentication.k8s.io/v1beta1", not "client.authentication.k8s.io/v1"',
  ],
  [
    "prints no version",
    printing({ token: SECRET }, { apiVersion: undefined }),
    'speaks another version than the kubeconfig says: apiVersion none, not "client.authentication.k8s.io/v1"',
  ],
  [
    "prints no status",
    printing(undefined),
    "has printed an ExecCredential without a status",
  ],
  [
    "prints an empty status",
    printing({ token: "", expirationTimestamp: null }),
    "has printed neither a token nor a certificate",
  ],
  [
    "prints a token that is a number",
    printing({ token: 12345678 }),
    "has printed a token that is no text",
  ],
  [
    "prints a token of two lines",
    printing({ token: `${SECRET}\n${SECRET}` }),
    "has printed a token that no HTTP header can carry",
  ],
  [
    "prints a certificate without a key",
    printing({ token: SECRET, clientCertificateData: CERTIFICATE }),
    "has printed a certificate without its key, or a key alone",
  ],
  [
    "prints a certificate that is none",
    printing({ clientCertificateData: SECRET, clientKeyData: KEY }),
    "has printed a certificate or key that is no PEM",
  ],
  [
    "prints an expiry that is no time",
    printing({ token: SECRET, expirationTimestamp: "soon" }),
    "has printed an expirationTimestamp that is no time",
  ],
  [
    "fails and says why",
    `console.error("first\\n\\x1b[31mNot logged in: run login\\x1b[0m\\n"); console.log("${SECRET}"); Deno.exit(3)`,
    "failed (3): Not logged in: run login",
  ],
  ["fails and says nothing", "Deno.exit(1)", "failed (1): it did not say why"],
  [
    "fails and repeats its environment",
    `console.error("bad key " + Deno.env.get("MY_SECRET_KEY")); Deno.exit(1)`,
    "failed (1): bad key [redacted]",
  ],
];

for (const [what, script, said] of RUBBISH) {
  Deno.test(`runExecPlugin() says so when the plugin ${what}`, async () => {
    const plugin = scriptPlugin(script, { env: { MY_SECRET_KEY: SECRET } });
    const error = await assertRejects(() => run(plugin), Error);
    assertEquals(
      error.message,
      `The plugin ${JSON.stringify(Deno.execPath())} for user "u" ${said}`,
    );
    assertEquals(error.cause, undefined);
    assertFalse(Deno.inspect(error).includes(SECRET));
  });
}

Deno.test("runExecPlugin() tells how to get a plugin that is not there", async () => {
  const plugin = scriptPlugin("", {
    command: "watchtools-no-such-plugin",
    installHint: "get it from\n  plugins.example",
  });
  await assertRejects(
    () => run(plugin),
    Error,
    'The plugin "watchtools-no-such-plugin" for user "u" is not there: get it from plugins.example',
  );
});

Deno.test("runExecPlugin() says so when a plugin may not be run", async () => {
  const path = await Deno.makeTempFile();
  await assertRejects(
    () => run(scriptPlugin("", { command: path })),
    Error,
    'for user "u" may not be run: install it, or name it by its path',
  );
  await Deno.remove(path);
});

/** A script that prints what it was told as its token. */
const TELL = `console.log(JSON.stringify({
  apiVersion: "client.authentication.k8s.io/v1",
  kind: "ExecCredential",
  status: {
    token: btoa(JSON.stringify([
      JSON.parse(Deno.env.get("KUBERNETES_EXEC_INFO")),
      Deno.env.get("MINE"),
      Deno.env.get("HOME") === ${JSON.stringify(Deno.env.get("HOME"))},
      Deno.args,
    ])),
  },
}))`;

async function told(plugin: Partial<ExecPlugin>): Promise<unknown[]> {
  const { args } = scriptPlugin(TELL);
  const { token = "" } = await runExecPlugin(
    scriptPlugin(TELL, { args: [...args, "a", "b c"], ...plugin }),
    clusterAccess({
      tls: { ca: CERTIFICATE, insecure: false, serverName: "c.internal" },
      proxyUrl: "http://proxy",
    }),
    NEVER,
  );
  return JSON.parse(atob(token));
}

Deno.test("runExecPlugin() gives a plugin its arguments, its environment and ours", async () => {
  assertEquals(await told({ env: { MINE: "yes" } }), [
    {
      kind: "ExecCredential",
      apiVersion: "client.authentication.k8s.io/v1",
      spec: { interactive: false },
    },
    "yes",
    true,
    ["a", "b c"],
  ]);
});

Deno.test("runExecPlugin() tells a plugin of the cluster when it is to know", async () => {
  const [info] = await told({
    provideClusterInfo: true,
    clusterConfig: { audience: "dev" },
  });
  assertEquals(info, {
    kind: "ExecCredential",
    apiVersion: "client.authentication.k8s.io/v1",
    spec: {
      interactive: false,
      cluster: {
        server: "https://c.example",
        "tls-server-name": "c.internal",
        "certificate-authority-data": btoa(CERTIFICATE),
        "proxy-url": "http://proxy",
        config: { audience: "dev" },
      },
    },
  });
});

Deno.test("runExecPlugin() gives a plugin no input to wait on", async () => {
  const plugin = scriptPlugin(
    `await Deno.stdin.read(new Uint8Array(1)); ${printing({ token: SECRET })}`,
  );
  assertEquals((await run(plugin)).token, SECRET);
});

Deno.test("runExecPlugin() ends a plugin that hangs when it is aborted", async () => {
  const started = await Deno.makeTempFile();
  const abort = new AbortController();
  const running = runExecPlugin(
    scriptPlugin(
      `Deno.writeTextFileSync(${
        JSON.stringify(started)
      }, String(Deno.pid)); setInterval(() => {}, 1000)`,
    ),
    clusterAccess(),
    abort.signal,
  );
  while (await Deno.readTextFile(started) === "") {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const pid = Number(await Deno.readTextFile(started));
  const reason = new Error("enough");
  abort.abort(reason);
  assertEquals(await assertRejects(() => running), reason);
  assertFalse(isRunning(pid));
  await Deno.remove(started);
});

Deno.test("runExecPlugin() starts nothing when it is aborted already", async () => {
  const reason = new Error("enough");
  const error = await assertRejects(() =>
    runExecPlugin(
      scriptPlugin("", { command: "watchtools-no-such-plugin" }),
      clusterAccess(),
      AbortSignal.abort(reason),
    )
  );
  assert(error === reason);
});

function isRunning(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
