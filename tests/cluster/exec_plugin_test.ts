// The input of credential plugins, their output, and the errors when they fail.
// The plugins are scripts that run on the same Deno.

import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import type { ExecPlugin } from "../../cluster/_cluster_access.ts";
import { runExecPlugin } from "../../cluster/_exec_plugin.ts";
import {
  clusterAccess,
  printing,
  scriptPlugin,
} from "../support/cluster_access.ts";
import { CERTIFICATE, Files, KEY } from "../support/kubeconfig_files.ts";
import { isRunning } from "../support/running.ts";

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
  Deno.test(`runExecPlugin() returns ${what}`, async () => {
    assertEquals(await run(scriptPlugin(printing(status))), expected);
  });
}

const VERSION = "client.authentication.k8s.io/v1";
const UNUSUAL: [what: string, output: string][] = [
  [
    "YAML",
    `kind: ExecCredential\napiVersion: ${VERSION}\nstatus: {token: ${SECRET}}\n`,
  ],
  [
    "JSON after a byte order mark",
    `\uFEFF{"kind":"ExecCredential","apiVersion":"${VERSION}","status":{"token":"${SECRET}"}}`,
  ],
  [
    "no kind",
    `{"apiVersion":"${VERSION}","status":{"token":"${SECRET}"}}`,
  ],
];

for (const [what, output] of UNUSUAL) {
  Deno.test(`runExecPlugin() accepts ${what}, as client-go does`, async () => {
    const plugin = scriptPlugin(`console.log(${JSON.stringify(output)})`);
    assertEquals((await run(plugin)).token, SECRET);
  });
}

const INVALID: [what: string, script: string, said: string][] = [
  ["prints nothing", "", "printed nothing"],
  [
    "prints no JSON",
    `console.log("${SECRET}")`,
    "printed output that is not JSON",
  ],
  [
    "prints JSON and something else",
    `console.log('{"status":{"token":"${SECRET}"}}\\ndone')`,
    "printed output that is not JSON",
  ],
  [
    "prints JSON that is cut off",
    `console.log('{"status":{"token":"${SECRET}')`,
    "printed output that is not JSON",
  ],
  [
    "prints another kind",
    printing({ token: SECRET }, { kind: SECRET }),
    "printed JSON that is not an ExecCredential",
  ],
  [
    "prints a list",
    `console.log('["${SECRET}"]')`,
    "printed JSON that is not an ExecCredential",
  ],
  [
    "prints another version",
    printing({ token: SECRET }, {
      apiVersion: "client.authentication.k8s.io/v1beta1",
    }),
    'printed an ExecCredential with apiVersion "client.authentication.k8s.io/v1beta1", but the kubeconfig requires "client.authentication.k8s.io/v1"',
  ],
  [
    "prints no version",
    printing({ token: SECRET }, { apiVersion: undefined }),
    'printed an ExecCredential with no apiVersion, but the kubeconfig requires "client.authentication.k8s.io/v1"',
  ],
  [
    "prints no status",
    printing(undefined),
    "printed an ExecCredential without a status",
  ],
  [
    "prints an empty status",
    printing({ token: "", expirationTimestamp: null }),
    "printed neither a token nor a certificate",
  ],
  [
    "prints a token that is a number",
    printing({ token: 12345678 }),
    "printed a token that is not a string",
  ],
  [
    "prints a token with two lines",
    printing({ token: `${SECRET}\n${SECRET}` }),
    "printed a token with characters that are not allowed in an HTTP header",
  ],
  [
    "prints a certificate without a key",
    printing({ token: SECRET, clientCertificateData: CERTIFICATE }),
    "printed a certificate without a key or a key alone",
  ],
  [
    "prints an invalid certificate",
    printing({ clientCertificateData: SECRET, clientKeyData: KEY }),
    "printed a certificate or key that is not PEM",
  ],
  [
    "prints an invalid expiry",
    printing({ token: SECRET, expirationTimestamp: "soon" }),
    "printed an expirationTimestamp that is not a valid time",
  ],
  [
    "fails with an error message",
    `console.error("first\\n\\x1b[31mNot logged in: run login\\x1b[0m\\n"); console.log("${SECRET}"); Deno.exit(3)`,
    "failed (3): Not logged in: run login",
  ],
  [
    "fails without an error message",
    "Deno.exit(1)",
    "failed (1): no error message",
  ],
  [
    "fails and prints its environment",
    `console.error("bad key " + Deno.env.get("MY_SECRET_KEY")); Deno.exit(1)`,
    "failed (1): bad key [redacted]",
  ],
];

for (const [what, script, said] of INVALID) {
  Deno.test(`runExecPlugin() rejects when the plugin ${what}`, async () => {
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

Deno.test("runExecPlugin() shows the install hint when the plugin is not installed", async () => {
  const plugin = scriptPlugin("", {
    command: "watchtools-no-such-plugin",
    installHint: "get it from\n  plugins.example",
  });
  await assertRejects(
    () => run(plugin),
    Error,
    'The plugin "watchtools-no-such-plugin" for user "u" was not found: get it from plugins.example',
  );
});

Deno.test("runExecPlugin() rejects when the plugin is not executable", async () => {
  const path = await Deno.makeTempFile();
  await assertRejects(
    () => run(scriptPlugin("", { command: path })),
    Error,
    'for user "u" is not executable: install it or specify its path',
  );
  await Deno.remove(path);
});

/** A script that prints its input as its token. */
const PRINT_INPUT = `console.log(JSON.stringify({
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

async function inputOf(plugin: Partial<ExecPlugin>): Promise<unknown[]> {
  const { args } = scriptPlugin(PRINT_INPUT);
  const { token = "" } = await runExecPlugin(
    scriptPlugin(PRINT_INPUT, { args: [...args, "a", "b c"], ...plugin }),
    clusterAccess({
      tls: { ca: CERTIFICATE, insecure: false, serverName: "c.internal" },
      proxyUrl: "http://proxy",
    }),
    NEVER,
  );
  return JSON.parse(atob(token));
}

Deno.test("runExecPlugin() passes arguments and adds to the environment of this process", async () => {
  assertEquals(await inputOf({ env: { MINE: "yes" } }), [
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

Deno.test("runExecPlugin() passes the cluster when provideClusterInfo is set", async () => {
  const [info] = await inputOf({
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

Deno.test("runExecPlugin() passes an empty standard input", async () => {
  const plugin = scriptPlugin(
    `await Deno.stdin.read(new Uint8Array(1)); ${printing({ token: SECRET })}`,
  );
  assertEquals((await run(plugin)).token, SECRET);
});

Deno.test("runExecPlugin() terminates a hanging plugin when it is aborted", async () => {
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
  assertFalse(await isRunning(pid));
  await Deno.remove(started);
});

Deno.test("runExecPlugin() starts no program when it is already aborted", async () => {
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

const REPEATED: [
  what: string,
  plugin: Partial<ExecPlugin>,
  printed: string,
  shown: string,
][] = [
  [
    "an argument",
    { args: ["a", SECRET] },
    `bad ${SECRET}`,
    "bad [redacted]",
  ],
  [
    "the value of a flag",
    { args: [`--client-secret=${SECRET}`] },
    `bad --client-secret=${SECRET}, or ${SECRET}`,
    "bad --client-secret=[redacted], or [redacted]",
  ],
  [
    "a flag with a short value",
    { args: ["--pin=1234"] },
    "bad --pin=1234",
    "bad [redacted]",
  ],
  [
    "a flag with its value attached",
    { args: ["-phunter2"] },
    "bad -phunter2",
    "bad [redacted]",
  ],
  [
    "a part of an argument",
    { args: [SECRET] },
    `bad ${SECRET.slice(2, -2)}!`,
    "bad [redacted]!",
  ],
  [
    "a passphrase",
    { args: ["correct horse battery"] },
    "bad correct horse battery",
    "bad [redacted]",
  ],
  [
    "a word of a script",
    { args: [`login --token ${SECRET}; exit 1`] },
    `bad ${SECRET}`,
    "bad [redacted]",
  ],
  [
    "a variable of any name",
    { env: { PLAIN: "pä:s wörd", OTHER: SECRET } },
    `bad pä:s wörd and ${SECRET}`,
    "bad [redacted] and [redacted]",
  ],
  [
    "neither the name of a flag nor a short value",
    { args: ["--client-secret", "short"], env: { A: "dev" } },
    "unknown flag --client-secret short dev",
    "unknown flag --client-secret short dev",
  ],
];

for (const [what, plugin, printed, shown] of REPEATED) {
  Deno.test(`runExecPlugin() redacts what a failing plugin repeats: ${what}`, async () => {
    using files = new Files();
    const script = files.write(
      "plugin.ts",
      `console.error(${JSON.stringify(printed)}); Deno.exit(1)`,
    );
    const error = await assertRejects(() =>
      run(scriptPlugin("", {
        ...plugin,
        args: ["run", "-q", script, ...plugin.args ?? []],
      })), Error);
    assertEquals(
      error.message,
      `The plugin ${
        JSON.stringify(Deno.execPath())
      } for user "u" failed (1): ${shown}`,
    );
  });
}

Deno.test("runExecPlugin() redacts the secrets of this process's environment", async () => {
  using files = new Files();
  files.setVariables({ CLOUD_SECRET_KEY: SECRET });
  const plugin = scriptPlugin(
    `console.error("bad " + Deno.env.get("CLOUD_SECRET_KEY")); Deno.exit(1)`,
  );
  await assertRejects(() => run(plugin), Error, "failed (1): bad [redacted]");
});

Deno.test("runExecPlugin() redacts arguments in a version that the plugin prints", async () => {
  using files = new Files();
  const script = files.write(
    "plugin.ts",
    `console.log('{"kind":"ExecCredential","apiVersion":"' + Deno.args[0] + '"}')`,
  );
  const error = await assertRejects(
    () => run(scriptPlugin("", { args: ["run", "-q", script, SECRET] })),
    Error,
    'printed an ExecCredential with apiVersion "[redacted]"',
  );
  assertFalse(error.message.includes(SECRET));
});
