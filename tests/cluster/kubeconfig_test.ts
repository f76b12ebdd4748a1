// Which kubeconfig is found, what is selected in it, and the errors for invalid
// ones.

import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertThrows,
} from "@std/assert";
import { findClusterAccess } from "../../cluster/_find_kubeconfig.ts";
import { serviceAccount } from "../../cluster/_service_account.ts";
import { type ClusterOptions, KubeconfigError } from "../../client_node/mod.ts";
import {
  CERTIFICATE,
  Files,
  KEY,
  oneContext,
} from "../support/kubeconfig_files.ts";

const SECRET = "hunter2-hunter2-hunter2";

/** The access for a kubeconfig, in a directory with a few files. */
function accessBy(content: unknown, options: ClusterOptions = {}) {
  using files = new Files();
  files.write("ca.crt", CERTIFICATE);
  files.write("client.crt", CERTIFICATE);
  files.write("client.key", KEY);
  files.write("token", `${SECRET}\n`);
  files.write("empty", "\n");
  const kubeconfig = files.write("config", content);
  return findClusterAccess({ kubeconfig, ...options });
}

function errorBy(content: unknown, options: ClusterOptions = {}): string {
  const error = assertThrows(
    () => accessBy(content, options),
    KubeconfigError,
  );
  assertFalse(error.message.includes("\n"), error.message);
  assertFalse(error.message.includes(SECRET), error.message);
  assertFalse(Deno.inspect(error).includes(SECRET));
  assertEquals(error.cause, undefined);
  return error.message.replace(/\/[^ ,:]*\/kubeconfig-[0-9a-f]+/g, "~");
}

const user = (user: Record<string, unknown>) => oneContext({ user });
const cluster = (cluster: Record<string, unknown>) => oneContext({ cluster });
const exec = (exec: Record<string, unknown>) =>
  user({
    exec: {
      command: "plugin",
      apiVersion: "client.authentication.k8s.io/v1",
      ...exec,
    },
  });

const UNUSABLE: [what: string, content: unknown, said: string][] = [
  ["is empty", "", "Cannot use ~/config: it is empty"],
  ["holds only a comment", "# nothing\n", "Cannot use ~/config: it is empty"],
  ["is an empty document", "---\n", "Cannot use ~/config: it is empty"],
  [
    "is not YAML",
    `clusters: [\nusers: "${SECRET}`,
    "Cannot use ~/config: it is not YAML (line 2, column 1): deficient indentation",
  ],
  [
    "is not YAML, with an error that quotes a value",
    `users: *${SECRET}`,
    "Cannot use ~/config: it is not YAML (line 1, column 9): unidentified alias …",
  ],
  [
    "is JSON that is cut off",
    `{"users":[{"name":"${SECRET}`,
    "Cannot use ~/config: it is not YAML (line 1, column 43): unexpected end of the stream within a double quoted scalar",
  ],
  [
    "is a string",
    SECRET,
    "Cannot use ~/config: it is not a kubeconfig, which has clusters, users and contexts",
  ],
  [
    "is something else",
    { kind: "Pod", metadata: { name: SECRET } },
    "Cannot use ~/config: it is not a kubeconfig, which has clusters, users and contexts",
  ],
  [
    "is of another kind",
    { kind: "Pod", users: [] },
    'Cannot use ~/config: it is not a kubeconfig: its kind is not "Config"',
  ],
  [
    "has no list of users",
    { users: { name: SECRET } },
    "Cannot use ~/config: users is an object, expected a list",
  ],
  [
    "has a user without a name",
    { users: [{ user: { token: SECRET } }] },
    "Cannot use users[0] of ~/config: it has no name",
  ],
  [
    "has two users with the same name",
    { users: [{ name: "a" }, { name: "a" }] },
    'Cannot use user "a" of ~/config: the name is not unique',
  ],
  [
    "has no current-context",
    { contexts: [{ name: "a" }, { name: "b" }] },
    "Cannot choose a context of ~/config: current-context is not set: available contexts: a, b",
  ],
  [
    "has no entries",
    { kind: "Config", contexts: null },
    "Cannot choose a context of ~/config: current-context is not set: it has no contexts",
  ],
  [
    "has a misspelt current-context",
    { "current-context": "dve", contexts: [{ name: "dev" }] },
    'Cannot find current-context "dve" of ~/config: did you mean dev?',
  ],
  [
    "has a current-context that does not exist",
    { "current-context": "x", contexts: [{ name: "dev" }, { name: "prod" }] },
    'Cannot find current-context "x" of ~/config: available contexts: dev, prod',
  ],
  [
    "has a context that names no cluster",
    oneContext({ context: { cluster: "" } }),
    'Cannot use context "dev" of ~/config: it names no cluster',
  ],
  [
    "has a context with a cluster that does not exist",
    oneContext({ context: { cluster: "other" } }),
    'Cannot find cluster "other" of context "dev" of ~/config: available clusters: c',
  ],
  [
    "has a context with a user that does not exist",
    oneContext({ context: { user: "other" } }),
    'Cannot find user "other" of context "dev" of ~/config: available users: u',
  ],
  [
    "has a cluster without a server",
    cluster({ server: "" }),
    'Cannot use cluster "c" of ~/config: it has no server',
  ],
  [
    "has a server that is not an HTTP URL",
    cluster({ server: `ftp://me:${SECRET}@c` }),
    'Cannot use cluster "c" of ~/config: server: it must be a URL such as "https://host:6443"',
  ],
  [
    "has a server with a password",
    cluster({ server: `https://me:${SECRET}@c` }),
    'Cannot use cluster "c" of ~/config: server: its URL contains a user or password; use a token or headers instead',
  ],
  [
    "has a CA that is missing",
    cluster({ "certificate-authority": "nope.crt" }),
    'Cannot use cluster "c" of ~/config: cannot read certificate-authority ~/nope.crt: there is no such file',
  ],
  [
    "has a CA that is a directory",
    cluster({ "certificate-authority": "." }),
    'Cannot use cluster "c" of ~/config: cannot read certificate-authority ~/.: it is a directory',
  ],
  [
    "has a CA that is not PEM",
    cluster({ "certificate-authority": "token" }),
    'Cannot use cluster "c" of ~/config: certificate-authority ~/token is not a PEM-encoded certificate',
  ],
  [
    "has CA data that is not base64",
    cluster({ "certificate-authority-data": `${SECRET}!` }),
    'Cannot use cluster "c" of ~/config: certificate-authority-data is not base64',
  ],
  [
    "has CA data that is not PEM",
    cluster({ "certificate-authority-data": btoa(SECRET) }),
    'Cannot use cluster "c" of ~/config: certificate-authority-data is not a PEM-encoded certificate',
  ],
  [
    "has two CAs",
    cluster({
      "certificate-authority": "ca.crt",
      "certificate-authority-data": btoa(CERTIFICATE),
    }),
    'Cannot use cluster "c" of ~/config: it has both certificate-authority and certificate-authority-data: remove one',
  ],
  [
    "has a CA and insecure-skip-tls-verify",
    cluster({
      "certificate-authority": "ca.crt",
      "insecure-skip-tls-verify": true,
    }),
    'Cannot use cluster "c" of ~/config: it has both certificate-authority and insecure-skip-tls-verify: remove one',
  ],
  [
    "has a string instead of a boolean",
    cluster({ "insecure-skip-tls-verify": "yes" }),
    'Cannot use cluster "c" of ~/config: insecure-skip-tls-verify is a string, expected true or false',
  ],
  [
    "has a proxy without a scheme",
    cluster({ "proxy-url": `me:${SECRET}` }),
    'Cannot use cluster "c" of ~/config: proxy-url starts with me://, expected http://, https:// or socks5://',
  ],
  [
    "has a proxy with another scheme",
    cluster({ "proxy-url": `ftp://me:${SECRET}@p` }),
    'Cannot use cluster "c" of ~/config: proxy-url starts with ftp://, expected http://, https:// or socks5://',
  ],
  [
    "has a token that is a number",
    user({ token: 1234 }),
    'Cannot use user "u" of ~/config: token is a number, expected a quoted string',
  ],
  [
    "has a token and a user name",
    user({ token: SECRET, username: "me" }),
    'Cannot use user "u" of ~/config: it has both a token and a username or password: remove one',
  ],
  [
    "has a token file that is missing",
    user({ tokenFile: "nope" }),
    'Cannot use user "u" of ~/config: cannot read tokenFile ~/nope: there is no such file',
  ],
  [
    "has a token file that is empty",
    user({ tokenFile: "empty" }),
    'Cannot use user "u" of ~/config: cannot read tokenFile ~/empty: it is empty',
  ],
  [
    "has a client certificate without a key",
    user({ "client-certificate": "client.crt" }),
    'Cannot use user "u" of ~/config: it has no client-key',
  ],
  [
    "has a key without a client certificate",
    user({ "client-key-data": btoa(KEY) }),
    'Cannot use user "u" of ~/config: it has no client-certificate',
  ],
  [
    "has a client key that is a certificate",
    user({ "client-certificate": "client.crt", "client-key": "client.crt" }),
    'Cannot use user "u" of ~/config: client-key ~/client.crt is not a PEM-encoded key',
  ],
  [
    "has groups without a user to impersonate",
    user({ "as-groups": ["a"] }),
    'Cannot use user "u" of ~/config: it has as-uid, as-groups or as-user-extra, which require as',
  ],
  [
    "has a plugin without a command",
    exec({ command: "" }),
    'Cannot use exec of user "u" of ~/config: it has no command',
  ],
  [
    "has a plugin with an older version",
    exec({ apiVersion: "client.authentication.k8s.io/v1alpha1" }),
    'Cannot use exec of user "u" of ~/config: apiVersion must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1',
  ],
  [
    "has a plugin that must prompt",
    exec({ interactiveMode: "Always" }),
    'Cannot use exec of user "u" of ~/config: interactiveMode is Always, but prompts are not supported: log in beforehand and set it to IfAvailable',
  ],
  [
    "has a plugin with a variable without a name",
    exec({ env: [{ value: SECRET }] }),
    'Cannot use env[0] of exec of user "u" of ~/config: it has no name',
  ],
  [
    "has a plugin and an auth-provider",
    user({
      exec: {
        command: "a",
        apiVersion: "client.authentication.k8s.io/v1",
      },
      "auth-provider": { name: "oidc" },
    }),
    'Cannot use user "u" of ~/config: it has both exec and auth-provider: remove one',
  ],
  [
    "would send a token unencrypted",
    oneContext({
      cluster: { server: "http://far.example" },
      user: { token: SECRET },
    }),
    'Cannot use user "u" of ~/config: its credential would be sent to far.example unencrypted: use an https:// server',
  ],
];

for (const [what, content, said] of UNUSABLE) {
  Deno.test(`findClusterAccess() throws KubeconfigError when the kubeconfig ${what}`, () => {
    assertEquals(errorBy(content), said);
  });
}

Deno.test("findClusterAccess() throws KubeconfigError when the kubeconfig is missing", () => {
  assertEquals(
    errorBy("", { kubeconfig: "/nowhere/config" }),
    "Cannot use /nowhere/config: there is no such file",
  );
});

Deno.test("findClusterAccess() throws KubeconfigError when the kubeconfig is a directory", () => {
  assertEquals(
    errorBy("", { kubeconfig: "/" }),
    "Cannot use /: it is a directory",
  );
});

Deno.test("findClusterAccess() throws KubeconfigError when the given context does not exist", () => {
  assertEquals(
    errorBy(oneContext(), { context: "deb" }),
    'Cannot find context "deb" of ~/config: did you mean dev?',
  );
});

Deno.test("findClusterAccess() throws KubeconfigError when the given cluster does not exist", () => {
  assertEquals(
    errorBy(oneContext(), { cluster: "x" }),
    'Cannot find cluster "x" of context "dev" of ~/config: available clusters: c',
  );
});

Deno.test("findClusterAccess() lists where it searched when there is no kubeconfig", () => {
  using files = new Files();
  const error = assertThrows(() => findClusterAccess({}), KubeconfigError);
  assertEquals(
    error.message,
    `Cannot find a cluster: no kubeconfig in ${files.directory}/.kube/config (there is no such file), and not running in a pod (KUBERNETES_SERVICE_HOST is not set): specify a kubeconfig or a server, or set KUBECONFIG`,
  );
});

Deno.test("findClusterAccess() lists where it searched when the files in KUBECONFIG are empty or missing", () => {
  using files = new Files();
  const empty = files.write("empty", "");
  const noEntries = files.write("blank", { kind: "Config", users: null });
  files.setVariables({ KUBECONFIG: `${empty}:${noEntries}::/nowhere` });
  const error = assertThrows(() => findClusterAccess({}), KubeconfigError);
  assertMatch(
    error.message,
    /empty \(empty\), .*blank \(empty\), \/nowhere \(there is no such file\), and not running in a pod/,
  );
});

Deno.test("findClusterAccess() throws KubeconfigError when one of several files is invalid", () => {
  using files = new Files();
  const good = files.write("good", oneContext());
  const bad = files.write("bad", "[");
  files.setVariables({ KUBECONFIG: `${good}:${bad}` });
  const error = assertThrows(() => findClusterAccess({}), KubeconfigError);
  assertMatch(error.message, /^Cannot use .*\/bad: it is not YAML/);
});

Deno.test("findClusterAccess() reads ~/.kube/config when KUBECONFIG is not set", () => {
  using files = new Files();
  files.write(".kube/config", oneContext({ context: { namespace: "shop" } }));
  const access = findClusterAccess({});
  assertEquals(
    [access.server, access.context, access.namespace],
    ["https://c.example", "dev", "shop"],
  );
});

Deno.test("findClusterAccess() uses the first definition of each entry when it merges files", () => {
  using files = new Files();
  files.write("one/token", "token-of-one");
  const one = files.write("one/config", {
    contexts: [{ name: "dev", context: { cluster: "c", user: "u" } }],
    users: [{ name: "u", user: { tokenFile: "token" } }],
  });
  const two = files.write("two/config", {
    ...oneContext({
      cluster: { server: "https://two.example" },
      user: { username: "two", password: "two" },
      context: { namespace: "of-two" },
    }),
  });
  files.setVariables({ KUBECONFIG: `${one}:/nowhere:${two}:${one}` });
  const access = findClusterAccess({});
  assertEquals(access.context, "dev");
  assertEquals(access.namespace, undefined);
  assertEquals(access.server, "https://two.example");
  assertEquals(access.credential, {
    type: "token file",
    path: `${files.directory}/one/token`,
    fallback: undefined,
  });
});

Deno.test("findClusterAccess() uses the current-context of a file that holds nothing else", () => {
  using files = new Files();
  const session = files.write("session", { "current-context": "prod" });
  const main = files.write("main", {
    "current-context": "dev",
    contexts: [
      { name: "dev", context: { cluster: "dev" } },
      { name: "prod", context: { cluster: "prod" } },
    ],
    clusters: [
      { name: "dev", cluster: { server: "https://dev.example" } },
      { name: "prod", cluster: { server: "https://prod.example" } },
    ],
  });
  files.setVariables({ KUBECONFIG: `${session}:${main}` });
  assertEquals(findClusterAccess({}).server, "https://prod.example");
  files.setVariables({ KUBECONFIG: `${main}:${session}` });
  assertEquals(findClusterAccess({}).server, "https://dev.example");
});

Deno.test("findClusterAccess() does not look for a service account when a file only sets current-context", () => {
  using files = new Files();
  inPod(files);
  const session = files.write("session", { "current-context": "prod" });
  files.setVariables({ KUBECONFIG: session });
  assertThrows(
    () => findClusterAccess({}),
    KubeconfigError,
    `Cannot find current-context "prod" of ${session}: it has no contexts`,
  );
});

Deno.test("findClusterAccess() applies YAML merge keys", () => {
  const access = accessBy(`
current-context: dev
contexts:
- name: dev
  context: {cluster: c, user: "u"}
clusters:
- name: base
  cluster: &base
    server: https://base.example
    tls-server-name: base.internal
- name: c
  cluster:
    server: https://c.example
    <<: *base
users:
- name: first
  user: &first {as: somebody, as-uid: "7"}
- name: u
  user: {<<: [*first, {as-uid: "8", as-groups: [a]}]}
`);
  assertEquals(
    [access.server, access.tls.serverName],
    ["https://c.example", "base.internal"],
  );
  assertEquals(access.impersonation, {
    user: "somebody",
    uid: "7",
    groups: ["a"],
    extra: {},
  });
});

Deno.test("findClusterAccess() reads the last of several fields of the same name, as kubectl does", () => {
  const access = accessBy(`
current-context: dev
current-context: prod
contexts:
- name: prod
  context: {cluster: c, user: "u"}
clusters:
- name: c
  cluster: {server: https://a.example, server: https://b.example}
users:
- name: u
  user: {}
`);
  assertEquals([access.context, access.server], ["prod", "https://b.example"]);
});

Deno.test("findClusterAccess() reads the first of several documents, as kubectl does", () => {
  const access = accessBy(`
current-context: dev
contexts:
- name: dev
  context: {cluster: c}
clusters:
- name: c
  cluster: {server: https://c.example}
---
current-context: prod
`);
  assertEquals(access.context, "dev");
});

const WORDS: [word: string, insecure: boolean][] = [
  ["true", true],
  ["yes", true],
  ["On", true],
  ["y", true],
  ["false", false],
  ["NO", false],
  ["off", false],
  ["n", false],
];

for (const [word, insecure] of WORDS) {
  Deno.test(`findClusterAccess() reads ${word} as ${insecure}, as kubectl does`, () => {
    const access = accessBy(`
current-context: dev
contexts:
- name: dev
  context: {cluster: c}
clusters:
- name: c
  cluster: {server: https://c.example, insecure-skip-tls-verify: ${word}}
`);
    assertEquals(access.tls.insecure, insecure);
  });
}

Deno.test("findClusterAccess() reads YAML", () => {
  const access = accessBy(`
current-context: dev
contexts:
- name: dev
  context: {cluster: c, user: "u"}
clusters:
- name: c
  cluster:
    server: https://c.example
    certificate-authority-data: ${btoa(CERTIFICATE)}
    tls-server-name: other.example
    proxy-url: socks5://proxy:1080
    disable-compression: true
users:
- name: u
  user:
    as: somebody
    as-uid: "7"
    as-groups: [a, b]
    as-user-extra: {reason: [c, d]}
`);
  assertEquals(access.tls, {
    ca: CERTIFICATE,
    insecure: false,
    serverName: "other.example",
  });
  assertEquals(access.proxyUrl, "socks5://proxy:1080");
  assert(access.disableCompression);
  assertEquals(access.credential, { type: "none" });
  assertEquals(access.impersonation, {
    user: "somebody",
    uid: "7",
    groups: ["a", "b"],
    extra: { reason: ["c", "d"] },
  });
});

Deno.test("findClusterAccess() resolves paths relative to the kubeconfig", () => {
  using files = new Files();
  files.write("sub/ca.crt", CERTIFICATE);
  files.write("sub/client.crt", CERTIFICATE);
  files.write("sub/client.key", KEY);
  const kubeconfig = files.write(
    "sub/config",
    oneContext({
      cluster: { "certificate-authority": "ca.crt" },
      user: { "client-certificate": "client.crt", "client-key": "client.key" },
    }),
  );
  const access = findClusterAccess({ kubeconfig });
  assertEquals(access.tls.ca, CERTIFICATE);
  assertEquals(access.clientCertificate?.(), { cert: CERTIFICATE, key: KEY });
});

const COMMANDS: [command: string, run: string][] = [
  ["aws", "aws"],
  ["./bin/aws", "FOLDER/./bin/aws"],
  ["bin/aws", "FOLDER/bin/aws"],
  ["/usr/bin/aws", "/usr/bin/aws"],
];

for (const [command, run] of COMMANDS) {
  Deno.test(`findClusterAccess() runs ${run} when the kubeconfig's command is ${command}`, () => {
    using files = new Files();
    const kubeconfig = files.write(
      "config",
      exec({ command, args: null, env: null, provideClusterInfo: true }),
    );
    const { credential } = findClusterAccess({ kubeconfig });
    assert(credential.type === "exec");
    assertEquals(
      credential.plugin.command,
      run.replace("FOLDER", files.directory),
    );
    assertEquals([credential.plugin.args, credential.plugin.env], [[], {}]);
    assert(credential.plugin.provideClusterInfo);
  });
}

Deno.test("findClusterAccess() prefers a token or a certificate to a plugin", () => {
  const plugin = {
    command: "a",
    apiVersion: "client.authentication.k8s.io/v1",
  };
  assertEquals(
    accessBy(user({ token: SECRET, exec: plugin })).credential,
    { type: "token", token: SECRET },
  );
  assertEquals(
    accessBy(user({
      exec: plugin,
      "client-certificate-data": btoa(CERTIFICATE),
      "client-key-data": btoa(KEY),
    })).credential,
    { type: "none" },
  );
});

Deno.test("findClusterAccess() lets options override the kubeconfig", () => {
  using files = new Files();
  const content = {
    ...oneContext({
      cluster: {
        "certificate-authority-data": btoa(CERTIFICATE),
        "tls-server-name": "c.internal",
      },
      user: { username: "me", password: SECRET, as: "other" },
    }),
    users: [
      { name: "u", user: { username: "me", password: SECRET, as: "other" } },
      { name: "v", user: { token: "token-of-v" } },
    ],
  };
  const kubeconfig = files.write("config", content);
  const accessWith = (options: ClusterOptions) =>
    findClusterAccess({ kubeconfig, ...options });
  assertEquals(accessWith({ user: "v" }).credential, {
    type: "token",
    token: "token-of-v",
  });
  assertEquals(accessWith({ token: "given" }).credential, {
    type: "token",
    token: "given",
  });
  assertEquals(accessWith({ namespace: "n" }).namespace, "n");
  assertEquals(accessWith({ as: "somebody" }).impersonation?.user, "somebody");
  const moved = accessWith({ server: "https://d.example" });
  assertEquals(moved.server, "https://d.example");
  assertEquals(moved.tls.ca, CERTIFICATE);
  assertEquals(moved.tls.serverName, undefined);
  assertEquals(accessWith({ insecureSkipTlsVerify: true }).tls, {
    ca: undefined,
    insecure: true,
    serverName: "c.internal",
  });
  assertEquals(
    accessWith({ insecureSkipTlsVerify: false }).tls.ca,
    CERTIFICATE,
  );
});

Deno.test("findClusterAccess() requires no kubeconfig when a server is given", () => {
  using _files = new Files();
  const access = findClusterAccess({
    server: "https://d.example",
    token: SECRET,
  });
  assertEquals(
    [access.server, access.context, access.credential],
    ["https://d.example", undefined, { type: "token", token: SECRET }],
  );
});

const SERVERS: [server: string, ca: boolean, taken: string][] = [
  ["localhost:8080", false, "http://localhost:8080"],
  ["c.example:6443", true, "https://c.example:6443"],
  ["https://c.example/prefix/", false, "https://c.example/prefix/"],
];

for (const [server, ca, taken] of SERVERS) {
  Deno.test(`findClusterAccess() uses ${taken} when the server is ${server}${ca ? " and there is a CA" : ""}`, () => {
    const data = ca ? { "certificate-authority": "ca.crt" } : {};
    assertEquals(accessBy(cluster({ server, ...data })).server, taken);
  });
}

/** Writes the files of a service account and sets the variables of a pod. */
function inPod(files: Files): void {
  files.write("account/token", `${SECRET}\n`);
  files.write("account/ca.crt", CERTIFICATE);
  files.write("account/namespace", "shop\n");
  serviceAccount.directory = `${files.directory}/account`;
  files.setVariables({
    KUBERNETES_SERVICE_HOST: "10.0.0.1",
    KUBERNETES_SERVICE_PORT: "443",
  });
}

Deno.test("findClusterAccess() uses the service account of a pod when there is no kubeconfig", () => {
  using files = new Files();
  inPod(files);
  const access = findClusterAccess({});
  assertEquals(
    [access.server, access.namespace, access.context, access.tls.ca],
    ["https://10.0.0.1:443", "shop", undefined, CERTIFICATE],
  );
  assertEquals(access.credential, {
    type: "token file",
    path: `${files.directory}/account/token`,
    fallback: undefined,
  });
  const other = findClusterAccess({ namespace: "n", as: "you" });
  assertEquals([other.namespace, other.impersonation?.user], ["n", "you"]);
  files.setVariables({ KUBERNETES_SERVICE_HOST: "fd00::1" });
  assertEquals(findClusterAccess({}).server, "https://[fd00::1]:443");
});

Deno.test("findClusterAccess() prefers a kubeconfig to the service account of a pod", () => {
  using files = new Files();
  inPod(files);
  files.write(".kube/config", oneContext());
  assertEquals(findClusterAccess({}).server, "https://c.example");
});

Deno.test("findClusterAccess() throws KubeconfigError when a file of the service account is missing", () => {
  using files = new Files();
  inPod(files);
  Deno.removeSync(`${serviceAccount.directory}/ca.crt`);
  assertThrows(
    () => findClusterAccess({}),
    KubeconfigError,
    `Cannot use the service account of this pod: cannot read certificate-authority ${serviceAccount.directory}/ca.crt: there is no such file`,
  );
  Deno.removeSync(`${serviceAccount.directory}/token`);
  assertThrows(
    () => findClusterAccess({}),
    KubeconfigError,
    `not running in a pod (${serviceAccount.directory}/token does not exist)`,
  );
});
