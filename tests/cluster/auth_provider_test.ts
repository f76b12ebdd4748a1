// What client-node authenticates with, and what is said when it cannot.

import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { authProviderToken } from "../../cluster/_auth_provider.ts";
import type { AuthProvider } from "../../cluster/_cluster_access.ts";

const SECRET = "hunter2-hunter2-hunter2";

function provider(more: Partial<AuthProvider>): AuthProvider {
  return { name: "oidc", config: {}, authenticate: undefined, ...more };
}

function jwt(expiresInS: number): string {
  const part = (value: unknown) => btoa(JSON.stringify(value));
  const exp = Math.floor(Date.now() / 1000) + expiresInS;
  return `${part({})}.${part({ exp })}.${part("x")}`.replaceAll("=", "");
}

Deno.test("authProviderToken() takes an OpenID Connect token that is still good", async () => {
  const token = jwt(3600);
  const oidc = provider({ config: { "id-token": token } });
  assertEquals(await authProviderToken(oidc, 'user "u"'), token);
});

Deno.test("authProviderToken() says so when a token has expired and cannot be renewed", async () => {
  const oidc = provider({ config: { "id-token": jwt(-3600) } });
  await assertRejects(
    () => authProviderToken(oidc, 'user "u"'),
    Error,
    'The auth-provider "oidc" for user "u" has given no token: log in again',
  );
});

Deno.test("authProviderToken() shows nothing secret when a token cannot be renewed", async () => {
  const oidc = provider({
    config: {
      "id-token": jwt(-10),
      "refresh-token": SECRET,
      "client-id": "me",
      // openid-client wants https, and says so.
      "idp-issuer-url": `http://127.0.0.1/${SECRET}`,
    },
  });
  const error = await assertRejects(
    () => authProviderToken(oidc, 'user "u"'),
    Error,
    'The auth-provider "oidc" for user "u" failed: ',
  );
  assertFalse(Deno.inspect(error).includes(SECRET));
});

Deno.test("authProviderToken() asks a KubeConfig that was given", async () => {
  const custom = provider({
    name: "custom",
    authenticate: (options) => {
      options.headers.Authorization = "Bearer abc";
      return Promise.resolve();
    },
  });
  assertEquals(await authProviderToken(custom, "me"), "abc");
});

Deno.test("authProviderToken() shows one line of a failure, without what it was given", async () => {
  const custom = provider({
    name: "custom",
    config: { "refresh-token": SECRET },
    authenticate: () =>
      Promise.reject(
        new Error(`first\nno use for ${SECRET}`, { cause: SECRET }),
      ),
  });
  const error = await assertRejects(
    () => authProviderToken(custom, "me"),
    Error,
    'The auth-provider "custom" for me failed: no use for [redacted]',
  );
  assertFalse(Deno.inspect(error).includes(SECRET));
});

Deno.test("authProviderToken() says so when nobody knows the provider", async () => {
  await assertRejects(
    () => authProviderToken(provider({ name: "openstack" }), "me"),
    Error,
    'The auth-provider "openstack" for me is none of azure, gcp, oidc: use an exec plugin',
  );
});
