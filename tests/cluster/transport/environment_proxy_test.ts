// The proxy of the environment, by Go's rules.

import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  environmentProxy,
  hasProxyVariables,
} from "../../../cluster/transport/environment_proxy.ts";
import { Files } from "../../support/kubeconfig_files.ts";

const NONE = {
  HTTP_PROXY: undefined,
  http_proxy: undefined,
  HTTPS_PROXY: undefined,
  https_proxy: undefined,
  ALL_PROXY: undefined,
  all_proxy: undefined,
  NO_PROXY: undefined,
  no_proxy: undefined,
};

const CHOICES: [
  variables: Record<string, string>,
  server: string,
  proxy: string | undefined,
][] = [
  [{}, "https://c.example", undefined],
  [{ HTTPS_PROXY: "http://p:1" }, "https://c.example", "http://p:1"],
  [{ https_proxy: "p:1" }, "https://c.example", "http://p:1"],
  [{ HTTPS_PROXY: "http://p:1" }, "http://c.example", undefined],
  [{ HTTP_PROXY: "http://p:1" }, "http://c.example", "http://p:1"],
  [{ ALL_PROXY: "http://p:1" }, "https://c.example", undefined],
];

const EXEMPT: [rule: string, server: string, exempt: boolean][] = [
  ["", "https://c.example", false],
  ["", "https://localhost:6443", true],
  ["", "https://127.0.0.1", true],
  ["", "https://127.8.8.8", true],
  ["", "https://[::1]", true],
  ["*", "https://c.example", true],
  ["c.example", "https://c.example", true],
  ["C.Example", "https://c.example", true],
  ["example", "https://c.example", true],
  ["xample", "https://c.example", false],
  [".example", "https://c.example", true],
  [".c.example", "https://c.example", false],
  ["*.example", "https://c.example", true],
  ["c.example:443", "https://c.example", true],
  ["c.example:6443", "https://c.example", false],
  ["other, c.example", "https://c.example", true],
  ["10.0.0.1", "https://10.0.0.1:6443", true],
  ["10.0.0.1:6443", "https://10.0.0.1:6443", true],
  ["10.0.0.1:443", "https://10.0.0.1:6443", false],
  ["10.0.0.0/8", "https://10.1.2.3", true],
  ["10.0.0.0/8", "https://11.1.2.3", false],
  ["10.0.0.0/8", "https://c.example", false],
  ["10.1.2.3/32", "https://10.1.2.3", true],
  ["0.0.0.0/0", "https://10.1.2.3", true],
  ["10.0.0.0/", "https://10.1.2.3", false],
  ["10.0.0.0/x", "https://10.1.2.3", false],
  ["10.1.2.3/33", "https://10.1.2.3", false],
  ["fd00::/8", "https://[fd12::1]:6443", true],
  ["fd00::/8", "https://[fe80::1]", false],
  ["fd00::1", "https://[fd00::1]", true],
  ["[fd00::1]:443", "https://[fd00::1]", true],
  ["[fd00::1]:444", "https://[fd00::1]", false],
  ["[fd00::1]", "https://[fd00::1]", false],
  ["fd00:0:0::0001", "https://[fd00::1]", true],
  ["[fd00:0::1]:443", "https://[fd00::1]", true],
  ["fd00::1:443", "https://[fd00::1]", false],
  ["::ffff:10.0.0.1", "https://10.0.0.1", true],
  ["10.0.0.1", "https://[::ffff:10.0.0.1]", true],
  ["::ffff:10.0.0.0/104", "https://10.1.2.3", true],
  ["10.0.0.0/8", "https://[::ffff:10.0.0.1]", true],
  ["010.0.0.1", "https://10.0.0.1", false],
  ["0.0.1", "https://10.0.0.1", false],
  ["", "https://[::ffff:127.0.0.1]", true],
  ["", "https://127.example", false],
  ["c.example:", "https://c.example:6443", true],
  [":443", "https://c.example.", false],
  ["münchen.example", "https://münchen.example", true],
];

for (const [variables, server, proxy] of CHOICES) {
  Deno.test(`environmentProxy() returns ${proxy} for ${server} with ${JSON.stringify(variables)}`, () => {
    using files = new Files();
    files.setVariables({ ...NONE, ...variables });
    assertEquals(environmentProxy(server), proxy);
  });
}

for (const [rule, server, exempt] of EXEMPT) {
  Deno.test(`environmentProxy() returns ${exempt ? "no proxy" : "the proxy"} for ${server} with NO_PROXY="${rule}"`, () => {
    using files = new Files();
    files.setVariables({ ...NONE, HTTPS_PROXY: "http://p:1", NO_PROXY: rule });
    assertEquals(environmentProxy(server) === undefined, exempt);
  });
}

Deno.test("hasProxyVariables() is true when any of them is set", () => {
  using files = new Files();
  files.setVariables(NONE);
  assertFalse(hasProxyVariables());
  files.setVariables({ all_proxy: "http://p:1" });
  assert(hasProxyVariables());
});

for (
  const proxy of ["http://me:sekret@p:x", "ftp://me:sekret@p", "://sekret"]
) {
  Deno.test(`environmentProxy() throws an error that does not show ${proxy}`, () => {
    using files = new Files();
    files.setVariables({ ...NONE, HTTPS_PROXY: proxy });
    const error = assertThrows(
      () => environmentProxy("https://c.example"),
      Error,
      "Cannot use HTTPS_PROXY: it must be a URL that starts with http://",
    );
    assertFalse(Deno.inspect(error).includes("sekret"));
  });
}
