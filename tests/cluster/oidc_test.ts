// OpenID Connect tokens that are renewed, and where they are kept.

import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { load } from "js-yaml";
import { KubeConfig } from "@kubernetes/client-node";
import { ConfigurationError } from "../../api/configuration_error.ts";
import { authProviderToken } from "../../cluster/_auth_provider.ts";
import type { AuthProvider } from "../../cluster/_cluster_access.ts";
import { findClusterAccess } from "../../cluster/_find_kubeconfig.ts";
import { accessFromKubeConfig } from "../../cluster/kube_config_source.ts";
import { CertificateAuthority } from "../control_plane/credentials.ts";
import {
  FakeIssuer,
  type FakeIssuerOptions,
  idToken,
} from "../support/fake_issuer.ts";
import { captureConsole } from "../support/wait_fakes.ts";
import { CERTIFICATE, Files, oneContext } from "../support/kubeconfig_files.ts";

const asked = { user: 'user "u"', signal: new AbortController().signal };

/** The configuration of an expired token. */
function expired(issuer: FakeIssuer, more: Record<string, unknown> = {}) {
  return {
    "idp-issuer-url": issuer.url,
    "client-id": "client",
    "id-token": idToken(issuer.url, { expiresInS: -60 }),
    "refresh-token": "refresh-token-0",
    ...more,
  };
}

/** A provider whose tokens are kept nowhere else. */
function provider(config: Record<string, unknown>): AuthProvider {
  return { name: "oidc", config, store: undefined, authenticate: undefined };
}

/** The provider of a kubeconfig. */
function providerIn(kubeconfig: string): AuthProvider {
  const { credential } = findClusterAccess({ kubeconfig });
  assert(credential.type === "auth provider");
  return credential.provider;
}

function withProvider(config: Record<string, unknown>) {
  return oneContext({ user: { "auth-provider": { name: "oidc", config } } });
}

Deno.test("authProviderToken() uses an ID token until ten seconds before it expires", async () => {
  await using issuer = new FakeIssuer();
  const good = idToken(issuer.url, { expiresInS: 60 });
  assertEquals(
    await authProviderToken(
      provider(expired(issuer, { "id-token": good })),
      asked,
    ),
    good,
  );
  assertEquals(issuer.renewals, []);
  const ending = idToken(issuer.url, { expiresInS: 9 });
  assertEquals(
    await authProviderToken(
      provider(expired(issuer, { "id-token": ending })),
      asked,
    ),
    issuer.idToken,
  );
});

const UNUSABLE: [what: string, token: string | undefined][] = [
  ["missing", undefined],
  ["not a JSON Web Token", "hunter2"],
  ["a JSON Web Token of something else", `a.${btoa("[1]")}.b`],
];

for (const [what, token] of UNUSABLE) {
  Deno.test(`authProviderToken() renews an ID token that is ${what}`, async () => {
    await using issuer = new FakeIssuer();
    const config = expired(issuer, { "id-token": token });
    const got = await authProviderToken(provider(config), asked);
    assertEquals(got, issuer.idToken);
  });
}

Deno.test("authProviderToken() renews an ID token again with the new refresh token", async () => {
  await using issuer = new FakeIssuer();
  const oidc = provider(expired(issuer));
  const first = await authProviderToken(oidc, asked);
  assertEquals(first, issuer.idToken);
  assertEquals(await authProviderToken(oidc, asked), first);
  assertEquals(issuer.renewals.length, 1);
  oidc.config["id-token"] = idToken(issuer.url, { expiresInS: -1 });
  const second = await authProviderToken(oidc, asked);
  assert(second !== first);
  assertEquals(second, issuer.idToken);
  assertEquals(
    issuer.renewals.map(({ form }) => form.get("refresh_token")),
    ["refresh-token-0", "refresh-token-1"],
  );
});

const BASIC = `Basic ${btoa("client:s3cret%2B")}`;

const AUTHENTICATIONS: [
  what: string,
  config: Record<string, unknown>,
  options: FakeIssuerOptions,
  expected: [
    authorization: string | null,
    id: string | null,
    secret: string | null,
  ],
][] = [
  ["without a secret", {}, {}, [null, "client", null]],
  ["with a secret", { "client-secret": "s3cret+" }, {}, [BASIC, null, null]],
  [
    "with a secret in the form, where the issuer asks for that",
    { "client-secret": "s3cret+" },
    {
      metadata: () => ({
        token_endpoint_auth_methods_supported: ["client_secret_post"],
      }),
    },
    [null, "client", "s3cret+"],
  ],
];

for (const [what, config, options, expected] of AUTHENTICATIONS) {
  Deno.test(`authProviderToken() authenticates to the issuer ${what}`, async () => {
    await using issuer = new FakeIssuer(options);
    await authProviderToken(provider(expired(issuer, config)), asked);
    const [{ form, authorization } = assertNever()] = issuer.renewals;
    assertEquals(
      [authorization, form.get("client_id"), form.get("client_secret")],
      expected,
    );
    assertEquals(form.get("grant_type"), "refresh_token");
  });
}

function assertNever(): never {
  throw new Error("no token was renewed");
}

Deno.test("authProviderToken() keeps the refresh token when the issuer returns no other", async () => {
  await using issuer: FakeIssuer = new FakeIssuer({
    answer: (): Response =>
      Response.json({
        access_token: "a",
        token_type: "bearer",
        id_token: idToken(issuer.url),
      }),
  });
  const oidc = provider(expired(issuer));
  await authProviderToken(oidc, asked);
  assertEquals(oidc.config["refresh-token"], "refresh-token-0");
});

Deno.test("authProviderToken() accepts an issuer whose URL ends with another slash", async () => {
  await using issuer = new FakeIssuer();
  const config = expired(issuer, { "idp-issuer-url": `${issuer.url}/` });
  const got = await authProviderToken(provider(config), asked);
  assertEquals(got, issuer.idToken);
});

Deno.test("authProviderToken() trusts the issuer by its certificate authority", async () => {
  using files = new Files();
  const authority = await CertificateAuthority.create();
  await using issuer = new FakeIssuer({ tls: await authority.issueServer() });
  const path = files.write("idp.crt", authority.certificate);
  for (
    const ca of [
      { "idp-certificate-authority": path },
      { "idp-certificate-authority-data": btoa(authority.certificate) },
    ]
  ) {
    issuer.refreshToken = "refresh-token-0";
    const config = expired(issuer, ca);
    const got = await authProviderToken(provider(config), asked);
    assertEquals(got, issuer.idToken);
  }
  await assertRejects(
    () => authProviderToken(provider(expired(issuer)), asked),
    Error,
    'The auth-provider "oidc" for user "u" failed: ',
  );
  await assertRejects(
    () =>
      authProviderToken(
        provider(expired(issuer, {
          "idp-certificate-authority-data": btoa(CERTIFICATE),
        })),
        asked,
      ),
    ConfigurationError,
    "Cannot use the certificate-authority: its PEM content is malformed",
  );
});

/** A port on which nothing listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

const FAILURES: [
  what: string,
  options: FakeIssuerOptions,
  config: Record<string, unknown>,
  said: RegExp,
][] = [
  [
    "is refused, without the tokens that the issuer repeats",
    {},
    { "refresh-token": "hunter2-hunter2-hunter2" },
    /failed: the issuer refused to renew the token: invalid_grant: no longer valid: \[redacted\]: log in again$/,
  ],
  [
    "returns no ID token",
    {
      answer: () => Response.json({ access_token: "a", token_type: "bearer" }),
    },
    {},
    /failed: the issuer returned no ID token: log in again, with the scope openid$/,
  ],
  [
    "fails with another answer",
    { answer: () => new Response("down", { status: 503 }) },
    {},
    /failed: the issuer responded with HTTP status 503$/,
  ],
  [
    "would send the token unencrypted",
    { metadata: () => ({ token_endpoint: "http://far.example/token" }) },
    {},
    /failed: its tokens would be sent to far\.example unencrypted/,
  ],
  [
    "has an issuer that is not a URL",
    {},
    { "idp-issuer-url": "issuer" },
    /failed: idp-issuer-url is not a URL$/,
  ],
  [
    "has an issuer that cannot be reached",
    {},
    { "idp-issuer-url": `http://127.0.0.1:${closedPort()}` },
    /failed: .*refused/i,
  ],
  [
    "has a certificate authority that is missing",
    {},
    { "idp-certificate-authority": "/nowhere/idp.crt" },
    /failed: .*cannot read idp-certificate-authority \/nowhere\/idp\.crt: there is no such file$/,
  ],
];

for (const [what, options, config, said] of FAILURES) {
  Deno.test(`authProviderToken() rejects when a renewal ${what}`, async () => {
    await using issuer = new FakeIssuer(options);
    const oidc = provider(expired(issuer, config));
    const error = await assertRejects(
      () => authProviderToken(oidc, asked),
      Error,
    );
    assertMatch(error.message, said);
    assertMatch(error.message, /^The auth-provider "oidc" for user "u" failed/);
    const shown = Deno.inspect(error, { depth: 9 });
    assertFalse(shown.includes("hunter2"), shown);
    assertFalse(shown.includes("refresh-token-0"), shown);
  });
}

Deno.test("authProviderToken() rejects with the signal's reason when a renewal is aborted", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using issuer = new FakeIssuer({
    answer: () => {
      resolve();
      // Never answered.
      return new Response(new ReadableStream());
    },
  });
  const abort = new AbortController();
  const renewal = authProviderToken(provider(expired(issuer)), {
    ...asked,
    signal: abort.signal,
  });
  const failure = assertRejects(() => renewal);
  await promise;
  const reason = new Error("enough");
  abort.abort(reason);
  assertEquals(await failure, reason);
});

Deno.test("authProviderToken() writes renewed tokens back to the kubeconfig", async () => {
  using files = new Files();
  await using issuer = new FakeIssuer();
  const kubeconfig = files.write(
    "config",
    `# a comment
current-context: dev
contexts: [{name: dev, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://c.example"}}]
preferences: {colors: true}
users:
- name: other
  user:
    auth-provider: &provider
      name: oidc
      config: ${JSON.stringify(expired(issuer, { extra: "012", yes: "no" }))}
- name: u
  user:
    auth-provider: *provider
`,
  );
  Deno.chmodSync(kubeconfig, 0o640);
  const before = load(Deno.readTextFileSync(kubeconfig));
  const got = await authProviderToken(providerIn(kubeconfig), asked);
  assertEquals(got, issuer.idToken);
  const expected = structuredClone(before);
  configAt(expected, 1)["id-token"] = issuer.idToken;
  configAt(expected, 1)["refresh-token"] = issuer.refreshToken;
  // structuredClone keeps what is shared: the other user's is another one.
  const after = load(Deno.readTextFileSync(kubeconfig));
  assertEquals(configAt(after, 1), configAt(expected, 1));
  assertEquals(configAt(after, 0), configAt(before, 0));
  assertEquals(Object.keys(Object(after)), Object.keys(Object(before)));
  assertEquals(Deno.statSync(kubeconfig).mode, 0o100640);
  assertEquals(namesIn(files), ["config"]);
});

function configAt(kubeconfig: unknown, index: number): Record<string, unknown> {
  return Object(kubeconfig).users[index].user["auth-provider"].config;
}

function namesIn({ directory }: Files): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

Deno.test("authProviderToken() leaves a kubeconfig that is JSON, or a link, what it is", async () => {
  using files = new Files();
  await using issuer = new FakeIssuer();
  const target = files.write("real", withProvider(expired(issuer)));
  Deno.symlinkSync(target, `${files.directory}/config`);
  await authProviderToken(providerIn(`${files.directory}/config`), asked);
  assert(Deno.lstatSync(`${files.directory}/config`).isSymlink);
  const after: unknown = JSON.parse(Deno.readTextFileSync(target));
  assertEquals(configAt(after, 0)["id-token"], issuer.idToken);
});

Deno.test("authProviderToken() uses the tokens that another process has renewed", async () => {
  using files = new Files();
  await using issuer = new FakeIssuer();
  const kubeconfig = files.write("config", withProvider(expired(issuer)));
  const oidc = providerIn(kubeconfig);
  const other = await authProviderToken(providerIn(kubeconfig), asked);
  assertEquals(await authProviderToken(oidc, asked), other);
  assertEquals(issuer.renewals.length, 1);
});

Deno.test("authProviderToken() uses the tokens that another process renews at the same time", async () => {
  using files = new Files();
  const fresh: { token?: string } = {};
  await using issuer = new FakeIssuer({
    answer: () => {
      fresh.token = idToken(issuer.url, { subject: "other" });
      files.write(
        "config",
        withProvider(expired(issuer, {
          "id-token": fresh.token,
          "refresh-token": "refresh-token-1",
        })),
      );
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    },
  });
  const kubeconfig = files.write("config", withProvider(expired(issuer)));
  const got = await authProviderToken(providerIn(kubeconfig), asked);
  assertEquals(got, fresh.token);
});

const UNWRITABLE: [what: string, prevent: (path: string) => void][] = [
  ["is locked", (path) => Deno.writeTextFileSync(`${path}.lock`, "")],
  ["is gone", (path) => Deno.removeSync(path)],
  ["is no longer YAML", (path) => Deno.writeTextFileSync(path, "[")],
  ["no longer has the user", (path) => {
    Deno.writeTextFileSync(path, JSON.stringify(oneContext()));
  }],
];

for (const [what, prevent] of UNWRITABLE) {
  Deno.test(`authProviderToken() keeps renewed tokens in memory when the kubeconfig ${what}`, async () => {
    using files = new Files();
    using console = captureConsole();
    await using issuer = new FakeIssuer();
    const kubeconfig = files.write("config", withProvider(expired(issuer)));
    const oidc = providerIn(kubeconfig);
    prevent(kubeconfig);
    const names = namesIn(files);
    assertEquals(await authProviderToken(oidc, asked), issuer.idToken);
    assertEquals(namesIn(files), names);
    const warning = String(console.written[0]);
    assertStringIncludes(
      warning,
      'Cannot save the renewed tokens of user "u"',
    );
    assertFalse(warning.includes(issuer.refreshToken), warning);
    // The old refresh token in the file does not come back.
    oidc.config["id-token"] = idToken(issuer.url, { expiresInS: -1 });
    assertEquals(await authProviderToken(oidc, asked), issuer.idToken);
    assertEquals(issuer.renewals.length, 2);
  });
}

Deno.test("authProviderToken() keeps renewed tokens in the given KubeConfig", async () => {
  await using issuer = new FakeIssuer();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(JSON.stringify(withProvider(expired(issuer))));
  const providerOf = () => {
    const { credential } = accessFromKubeConfig(kubeConfig);
    assert(credential.type === "auth provider");
    return credential.provider;
  };
  const oidc = providerOf();
  const first = await authProviderToken(oidc, asked);
  assertEquals(first, issuer.idToken);
  assertEquals(await authProviderToken(providerOf(), asked), first);
  assertEquals(issuer.renewals.length, 1);
});
