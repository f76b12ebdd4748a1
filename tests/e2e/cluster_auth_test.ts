/**
 * All ways of authentication of a kubeconfig that are available here, with a
 * real server, on Deno, Node and Bun: each in a separate process, which has to
 * exit by itself.
 *
 * What a runtime does not support is listed in `refusals`, and must be an error
 * there.
 */

import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { podNamed, podsPath } from "./_changes.ts";
import { ClusterProcess } from "./_cluster_process.ts";
import type { ClusterProgram } from "./_cluster_program.ts";
import { ConnectProxy } from "../control_plane/connect_proxy.ts";
import {
  CertificateAuthority,
  issueWeakKey,
  type KeyPair,
} from "../control_plane/credentials.ts";
import { within } from "./_within.ts";
import {
  type ClientConfig,
  ControlPlane,
} from "../control_plane/control_plane.ts";
import { FakeIssuer, idToken } from "../support/fake_issuer.ts";
import { type Runtime, runtimes } from "./runtimes.ts";
import { e2eTest } from "./suite.ts";
import { CERTIFICATE } from "../support/kubeconfig_files.ts";

/** A name that does not resolve: it is only used as `tls-server-name`. */
const otherName = "apiserver.internal";

/** What all ways use. */
interface Surroundings {
  readonly plane: ControlPlane;
  readonly admin: ClientConfig;
  /** The authority of the certificate for `otherName` and https://localhost. */
  readonly otherAuthority: CertificateAuthority;
  readonly proxy: ConnectProxy;
}

/** The entries of a kubeconfig. */
interface Entries {
  cluster?: Record<string, unknown>;
  user?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

/** A way of authentication. */
interface Way {
  readonly name: string;
  readonly entries: (around: Surroundings) => Entries | Promise<Entries>;
  /** Additional options for the program. */
  readonly program?: (kubeconfig: string) => ClusterProgram;
  /** The expected error; if omitted, the program lists the pod. */
  readonly error?: readonly [name: string, part: string];
  /** The runtimes that it is tried on. @default {all} */
  readonly runtimes?: readonly Runtime[];
  /** The error of a runtime that does not support it. */
  readonly refusals?: Partial<Record<Runtime, string>>;
}

const trusting = ({ admin }: Surroundings) => ({
  server: admin.server,
  "certificate-authority": admin.caFile,
});

const execVersion = "client.authentication.k8s.io/v1";

/** A plugin that prints a status. */
function printing(status: Record<string, unknown>): Record<string, unknown> {
  const credential = {
    apiVersion: execVersion,
    kind: "ExecCredential",
    status,
  };
  return {
    exec: {
      apiVersion: execVersion,
      interactiveMode: "Never",
      command: Deno.execPath(),
      args: [
        "eval",
        `console.log(${JSON.stringify(JSON.stringify(credential))})`,
      ],
    },
  };
}

const ways: readonly Way[] = [
  {
    name: "token",
    entries: (around) => ({
      cluster: trusting(around),
      user: { token: around.admin.token },
    }),
  },
  {
    name: "token, by client-node's KubeConfig",
    entries: (around) => ({
      cluster: trusting(around),
      user: { token: around.admin.token },
    }),
    program: (kubeConfigFile) => ({ kubeConfigFile }),
  },
  {
    name: "token file",
    entries: async (around) => {
      const tokenFile = `${around.plane.directory}/a-token`;
      await Deno.writeTextFile(tokenFile, `${around.admin.token}\n`);
      return { cluster: trusting(around), user: { tokenFile } };
    },
  },
  {
    name: "client certificate in files",
    entries: (around) => ({
      cluster: trusting(around),
      user: {
        "client-certificate": around.admin.clientCertFile,
        "client-key": around.admin.clientKeyFile,
      },
    }),
  },
  {
    name: "client certificate in the kubeconfig, by client-node's KubeConfig",
    entries: (around) => ({
      cluster: trusting(around),
      user: {
        "client-certificate-data": btoa(around.admin.clientCert),
        "client-key-data": btoa(around.admin.clientKey),
      },
    }),
    program: (kubeConfigFile) => ({ kubeConfigFile }),
  },
  {
    name: "CA bundle of several",
    entries: ({ admin, otherAuthority }) => ({
      cluster: {
        server: admin.server,
        "certificate-authority-data": btoa(
          `${otherAuthority.certificate}\n${admin.caCert}\n`,
        ),
      },
      user: { token: admin.token },
    }),
  },
  {
    name: "plugin that prints a token",
    entries: (around) => ({
      cluster: trusting(around),
      user: printing({ token: around.admin.token }),
    }),
  },
  {
    name: "plugin that prints a client certificate",
    entries: (around) => ({
      cluster: trusting(around),
      user: printing({
        clientCertificateData: around.admin.clientCert,
        clientKeyData: around.admin.clientKey,
      }),
    }),
  },
  {
    name: "insecure-skip-tls-verify",
    entries: ({ plane, admin }) => ({
      cluster: {
        server: `https://localhost:${plane.port}`,
        "insecure-skip-tls-verify": true,
      },
      user: { token: admin.token },
    }),
  },
  {
    name: "tls-server-name",
    entries: ({ admin, otherAuthority }) => ({
      cluster: {
        server: admin.server,
        "certificate-authority-data": btoa(otherAuthority.certificate),
        "tls-server-name": otherName,
      },
      user: { token: admin.token },
    }),
  },
  {
    name: "tls-server-name and a client certificate",
    entries: ({ admin, otherAuthority }) => ({
      cluster: {
        server: admin.server,
        "certificate-authority-data": btoa(otherAuthority.certificate),
        "tls-server-name": otherName,
      },
      user: {
        "client-certificate": admin.clientCertFile,
        "client-key": admin.clientKeyFile,
      },
    }),
  },
  {
    name: "proxy-url",
    entries: (around) => ({
      cluster: {
        ...trusting(around),
        "proxy-url": `http://127.0.0.1:${around.proxy.port}`,
      },
      user: { token: around.admin.token },
    }),
  },
  {
    name: "proxy-url with a password",
    entries: (around) => ({
      cluster: {
        ...trusting(around),
        "proxy-url": `http://me:p%40ss@127.0.0.1:${around.proxy.port}`,
      },
      user: { token: around.admin.token },
    }),
  },
  {
    name: "as a user who may not",
    entries: (around) => ({
      cluster: trusting(around),
      user: { token: around.admin.token, as: "nobody-here" },
    }),
    error: ["StatusError", 'User "nobody-here" cannot list resource "pods"'],
  },
  {
    name: "as a user of two groups",
    entries: (around) => ({
      cluster: trusting(around),
      user: {
        token: around.admin.token,
        as: "somebody",
        "as-uid": "7",
        // Joined, they would be the name of an unknown group.
        "as-groups": ["readers", "system:masters"],
        "as-user-extra": { "example.com/reason": ["a", "b"] },
      },
    }),
    refusals: { bun: "Bun cannot send more than one impersonate-group header" },
  },
  {
    name: "wrong token",
    entries: (around) => ({
      cluster: trusting(around),
      user: { token: "hunter2-hunter2-hunter2" },
    }),
    error: ["StatusError", "Unauthorized"],
  },
  {
    name: "client certificate of another authority",
    entries: async (around) => {
      const pair = await around.otherAuthority.issueClient("admin", [
        "system:masters",
      ]);
      return {
        cluster: trusting(around),
        user: {
          "client-certificate-data": btoa(pair.certificate),
          "client-key-data": btoa(pair.key),
        },
      };
    },
    error: ["StatusError", "Unauthorized"],
  },
  {
    name: "key of another certificate",
    entries: async (around) => {
      const pair = await around.otherAuthority.issueClient("a", []);
      return {
        cluster: trusting(around),
        user: {
          "client-certificate": around.admin.clientCertFile,
          "client-key-data": btoa(pair.key),
        },
      };
    },
    error: ["ConfigurationError", "Cannot use the client certificate"],
  },
  {
    name: "as a user whose name cannot be sent",
    entries: (around) => ({
      cluster: trusting(around),
      user: { token: around.admin.token, as: "a\nb" },
    }),
    error: ["ConfigurationError", "Cannot send the header impersonate-user"],
  },
  {
    name: "as a user whose name is not ASCII",
    entries: (around) => ({
      cluster: trusting(around),
      user: { token: around.admin.token, as: "jürgen-用" },
    }),
    error: ["StatusError", 'User "jürgen-用" cannot list resource "pods"'],
  },
  {
    name: "certificate authority that is malformed",
    entries: ({ admin }) => ({
      cluster: {
        server: admin.server,
        "certificate-authority-data": btoa(CERTIFICATE),
      },
      user: { token: admin.token },
    }),
    error: ["ConfigurationError", "Cannot use the certificate-authority"],
  },
  {
    name: "client key that is too weak",
    // Bun's TLS library takes it.
    runtimes: ["deno", "node"],
    entries: async (around) => {
      const pair = await issueWeakKey();
      return {
        cluster: trusting(around),
        user: {
          "client-certificate-data": btoa(pair.certificate),
          "client-key-data": btoa(pair.key),
        },
      };
    },
    error: ["ConfigurationError", "Cannot use the client certificate and its"],
  },
  {
    name: "wrong CA",
    entries: ({ admin, otherAuthority }) => ({
      cluster: {
        server: admin.server,
        "certificate-authority-data": btoa(otherAuthority.certificate),
      },
      user: { token: admin.token },
    }),
    error: ["ConnectionError", "Cannot reach https://127.0.0.1"],
  },
  {
    name: "no CA",
    entries: ({ admin }) => ({
      cluster: { server: admin.server },
      user: { token: admin.token },
    }),
    error: ["ConnectionError", "Cannot reach https://127.0.0.1"],
  },
  {
    name: "wrong host name",
    entries: ({ plane, admin, otherAuthority }) => ({
      cluster: {
        server: `https://localhost:${plane.port}`,
        "certificate-authority-data": btoa(otherAuthority.certificate),
      },
      user: { token: admin.token },
    }),
    error: ["ConnectionError", "Cannot reach https://localhost"],
  },
  {
    name: "wrong tls-server-name",
    entries: (around) => ({
      cluster: { ...trusting(around), "tls-server-name": "wrong.internal" },
      user: { token: around.admin.token },
    }),
    error: ["ConnectionError", "Cannot reach https://127.0.0.1"],
  },
  {
    name: "user who does not exist",
    entries: (around) => ({
      cluster: trusting(around),
      context: { user: "other" },
    }),
    error: ["KubeconfigError", 'Cannot find user "other" of context "e2e"'],
  },
];

/** Lets the server use another certificate for another name. */
async function withOtherName(
  directory: string,
): Promise<{ authority: CertificateAuthority; flag: string }> {
  const authority = await CertificateAuthority.create("other-ca");
  const pair: KeyPair = await authority.issueServer(otherName);
  await Deno.writeTextFile(`${directory}/other.crt`, pair.certificate);
  await Deno.writeTextFile(`${directory}/other.key`, pair.key);
  return {
    authority,
    flag:
      `--tls-sni-cert-key=${directory}/other.crt,${directory}/other.key:${otherName},localhost`,
  };
}

async function tryOn(
  runtime: Runtime,
  way: Way,
  around: Surroundings,
): Promise<void> {
  const { cluster, user, context } = await way.entries(around);
  const kubeconfig = `${around.plane.directory}/kubeconfig-of-a-way`;
  await Deno.writeTextFile(
    kubeconfig,
    JSON.stringify({
      "current-context": "e2e",
      clusters: [{ name: "e2e", cluster }],
      users: [{ name: "e2e", user }],
      contexts: [{
        name: "e2e",
        context: { cluster: "e2e", user: "e2e", ...context },
      }],
    }),
  );
  await using process = await ClusterProcess.start({
    runtime,
    env: { KUBECONFIG: kubeconfig, DEBUG: "*" },
    ...way.program?.(kubeconfig),
  });
  await within(`the end of ${way.name} on ${runtime}`, process.stop());
  const printed = JSON.stringify(process.lines) + process.stderr;
  const { admin } = around;
  for (const secret of ["hunter2", "p@ss", admin.token, admin.clientKey]) {
    assertFalse(printed.includes(secret), printed);
  }
  const refusal = way.refusals?.[runtime];
  const [name, part] = refusal === undefined
    ? way.error ?? []
    : ["ConfigurationError", refusal];
  if (name === undefined) {
    assertEquals(
      process.lines,
      [{ names: ["there"] }, { done: true }],
      process.stderr,
    );
    return;
  }
  const [line, end] = process.lines;
  assertEquals([line?.error?.[0], end], [name, { done: true }], process.stderr);
  const message = line?.error?.[1] ?? "";
  assertStringIncludes(message, part ?? "");
  assertFalse(message.includes("\n"), message);
}

e2eTest(
  "Cluster supports all ways of authentication of a kubeconfig",
  async (context) => {
    const directory = await Deno.makeTempDir();
    const { authority, flag } = await withOtherName(directory);
    await using plane = await ControlPlane.start({ apiserverFlags: [flag] });
    await using proxy = await ConnectProxy.start();
    await plane.request("POST", podsPath, podNamed("there"));
    const around: Surroundings = {
      plane,
      admin: plane.client(),
      otherAuthority: authority,
      proxy,
    };
    for (const way of ways) {
      for (const runtime of way.runtimes ?? runtimes) {
        await context.step(
          `${way.name} on ${runtime}`,
          () => tryOn(runtime, way, around),
        );
      }
    }
    const target = `127.0.0.1:${plane.port}`;
    const basic = `Basic ${btoa("me:p@ss")}`;
    const credentials = proxy.asked.map(({ credential }) => credential);
    assertEquals(
      new Set(proxy.asked.map(({ target }) => target)),
      new Set([target]),
    );
    assertEquals(new Set(credentials), new Set([undefined, basic]));
    await Deno.remove(directory, { recursive: true });
  },
);

e2eTest(
  "Cluster renews an OpenID Connect token that the server takes",
  async () => {
    const directory = await Deno.makeTempDir();
    const authority = await CertificateAuthority.create("issuer-ca");
    const ca = `${directory}/issuer.crt`;
    await Deno.writeTextFile(ca, authority.certificate);
    const tls = await authority.issueServer();
    await using issuer = new FakeIssuer({ tls, signed: true });
    await using plane = await ControlPlane.start({
      apiserverFlags: [
        `--oidc-issuer-url=${issuer.url}`,
        "--oidc-client-id=client",
        `--oidc-ca-file=${ca}`,
        "--oidc-username-prefix=-",
      ],
    });
    await plane.request("POST", podsPath, podNamed("there"));
    const kubeconfig = `${directory}/config`;
    for (const [index, runtime] of runtimes.entries()) {
      await plane.grant({
        user: `me-${index + 1}`,
        verbs: ["list"],
        resources: ["pods"],
      });
      const config = {
        "idp-issuer-url": issuer.url,
        "idp-certificate-authority": ca,
        "client-id": "client",
        "client-secret": "hunter2",
        "id-token": idToken(issuer.url, { expiresInS: -60 }),
        "refresh-token": issuer.refreshToken,
      };
      await Deno.writeTextFile(
        kubeconfig,
        JSON.stringify({
          "current-context": "e2e",
          clusters: [{
            name: "e2e",
            cluster: {
              server: plane.server,
              "certificate-authority": plane.client().caFile,
            },
          }],
          users: [{
            name: "e2e",
            user: { "auth-provider": { name: "oidc", config } },
          }],
          contexts: [{ name: "e2e", context: { cluster: "e2e", user: "e2e" } }],
        }),
      );
      // The second takes the token that the first has written back.
      for (const _ of [1, 2]) {
        await using process = await ClusterProcess.start({
          runtime,
          env: { KUBECONFIG: kubeconfig },
        });
        await within(`the end on ${runtime}`, process.stop());
        assertEquals(
          process.lines,
          [{ names: ["there"] }, { done: true }],
          process.stderr,
        );
      }
      assertEquals(issuer.renewals.length, index + 1, runtime);
      const kept = await Deno.readTextFile(kubeconfig);
      assertStringIncludes(kept, issuer.idToken);
      assertStringIncludes(kept, issuer.refreshToken);
    }
    await Deno.remove(directory, { recursive: true });
  },
);
