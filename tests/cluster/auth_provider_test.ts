// Authentication with client-node's auth providers, and its errors.

import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { authProviderToken } from "../../cluster/_auth_provider.ts";
import type { AuthProvider } from "../../cluster/_cluster_access.ts";

const ASKED = { user: 'user "u"', signal: new AbortController().signal };
const SECRET = "hunter2-hunter2-hunter2";

function provider(more: Partial<AuthProvider>): AuthProvider {
  return {
    name: "oidc",
    config: {},
    store: undefined,
    authenticate: undefined,
    ...more,
  };
}

function jwt(expiresInS: number): string {
  const part = (value: unknown) => btoa(JSON.stringify(value));
  const exp = Math.floor(Date.now() / 1000) + expiresInS;
  return `${part({})}.${part({ exp })}.${part("x")}`.replaceAll("=", "");
}

Deno.test("authProviderToken() returns an OpenID Connect token when it is still valid", async () => {
  const token = jwt(3600);
  const oidc = provider({ config: { "id-token": token } });
  assertEquals(await authProviderToken(oidc, ASKED), token);
});

Deno.test("authProviderToken() rejects when a token has expired and cannot be renewed", async () => {
  const oidc = provider({ config: { "id-token": jwt(-3600) } });
  await assertRejects(
    () => authProviderToken(oidc, ASKED),
    Error,
    'The auth-provider "oidc" for user "u" returned no token: log in again',
  );
});

Deno.test("authProviderToken() shows no credential when a token cannot be renewed", async () => {
  const oidc = provider({
    config: {
      "id-token": jwt(-10),
      "refresh-token": SECRET,
      "client-id": "me",
      "idp-issuer-url": `http://127.0.0.1:1/${SECRET}`,
    },
  });
  const error = await assertRejects(
    () => authProviderToken(oidc, ASKED),
    Error,
    'The auth-provider "oidc" for user "u" failed: ',
  );
  assertFalse(Deno.inspect(error).includes(SECRET));
});

Deno.test("authProviderToken() uses the given KubeConfig", async () => {
  const custom = provider({
    name: "custom",
    authenticate: (options) => {
      options.headers.Authorization = "Bearer abc";
      return Promise.resolve();
    },
  });
  assertEquals(
    await authProviderToken(custom, { ...ASKED, user: "me" }),
    "abc",
  );
});

Deno.test("authProviderToken() shows the last line of a failure without credentials", async () => {
  const custom = provider({
    name: "custom",
    config: { "refresh-token": SECRET },
    authenticate: () =>
      Promise.reject(
        new Error(`first\nno use for ${SECRET}`, { cause: SECRET }),
      ),
  });
  const error = await assertRejects(
    () => authProviderToken(custom, { ...ASKED, user: "me" }),
    Error,
    'The auth-provider "custom" for me failed: no use for [redacted]',
  );
  assertFalse(Deno.inspect(error).includes(SECRET));
});

Deno.test("authProviderToken() rejects when the provider is unknown", async () => {
  await assertRejects(
    () =>
      authProviderToken(provider({ name: "openstack" }), {
        ...ASKED,
        user: "me",
      }),
    Error,
    'The auth-provider "openstack" for me is not one of azure, gcp, oidc: use an exec plugin',
  );
});
