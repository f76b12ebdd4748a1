/**
 * `FakeApiServer` beside a kube-apiserver: the same requests go to both, and the
 * answers are compared field by field. What the fake does not do is listed in
 * `docs/fake_server.md`; nothing else may differ.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { FakeApiServer } from "../../testing/mod.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { DifferentialClient } from "./_differential_client.ts";
import { runDifferential } from "./_differential_run.ts";
import {
  builtInScript,
  definitionScript,
  namespaceScript,
} from "./_differential_script.ts";
import type { Step } from "./_differential_steps.ts";
import { e2eTest } from "./suite.ts";

/**
 * Runs a script against a new control plane and a new fake.
 *
 * @returns How many answers were compared.
 */
async function compare(
  steps: readonly Step[],
  options: { workloads?: boolean } = {},
): Promise<number> {
  await using plane = await ControlPlane.start({
    users: [{ name: "bob" }],
    ...options,
  });
  const { server, caCert, token } = plane.client();
  const bob = plane.client("bob").token;
  const tokens = { admin: token, bob, stranger: "not-a-token" };
  await using faked = new FakeApiServer({
    resources: "built-in",
    sharding: true,
    users: { [token]: "admin", [bob]: "bob" },
    // Everyone who has a name may discover resources, as in a new cluster.
    authorize: ({ user, resource, path }) =>
      user === "admin" ||
      user === "bob" && resource === undefined && path.startsWith("/api"),
  });
  await using listener = await faked.listen();
  const real = new DifferentialClient({ server, caCert, tokens });
  const fake = new DifferentialClient({ server: listener.url, tokens });
  const compact = async () => {
    await plane.compactEtcd();
    faked.compact();
  };
  try {
    const result = await runDifferential(steps, { real, fake, compact });
    const { differences, compared } = result;
    assertEquals(differences, [], differences.join("\n"));
    return compared;
  } finally {
    await real.finish();
    await fake.finish();
  }
}

e2eTest("FakeApiServer answers as a kube-apiserver does", async () => {
  const compared = await compare(builtInScript);
  assert(compared >= 300, `${compared} answers`);
});

e2eTest(
  "FakeApiServer defines resources as a kube-apiserver does",
  async () => {
    const compared = await compare(definitionScript);
    assert(compared >= 300, `${compared} answers`);
  },
);

e2eTest(
  "FakeApiServer deletes namespaces as a kube-apiserver does",
  async () => {
    await compare(namespaceScript, { workloads: true });
  },
);
