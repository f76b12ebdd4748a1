/**
 * RBAC grants and service account tokens, changed while the server is running.
 * Each function returns only when the change has taken effect, which it
 * verifies with the server, since the authorizer and the authenticator learn of
 * changes through watches.
 */

import { field, textField } from "../../internal/json_fields.ts";
import { setTimeout as delay } from "node:timers/promises";
import { generateToken } from "./credentials.ts";
import { type JsonClient, RequestError } from "./json_client.ts";

const pollMs = 100;
const effectTimeoutMs = 180_000;
const rbac = "/apis/rbac.authorization.k8s.io/v1";
const selfReview = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const accessReview = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

/** Options for {@linkcode grant}. */
export interface GrantOptions {
  /** The user, or `system:serviceaccount:NAMESPACE:NAME`. */
  user: string;
  /** The verbs, such as `list` and `watch`. */
  verbs: readonly [string, ...string[]];
  /** The plural names of the resources. */
  resources: readonly [string, ...string[]];
  /** The API group. @default {""} */
  apiGroup?: string | undefined;
  /** The namespace. @default {all namespaces} */
  namespace?: string | undefined;
}

/** A permission that can be revoked. */
export interface Grant {
  /**
   * Revokes the permission; resolves when the server denies what it permitted.
   */
  revoke(): Promise<void>;
}

/** Options for {@linkcode issueToken}. */
export interface TokenOptions {
  /** The name of the service account, which is created if it does not exist. */
  account: string;
  /** Its namespace. @default {"default"} */
  namespace?: string | undefined;
}

/** A service account token that can be revoked. */
export interface AccountToken {
  /** The token. */
  readonly token: string;
  /** Its user: `system:serviceaccount:NAMESPACE:NAME`. */
  readonly user: string;
  /**
   * Revokes the token; resolves when the server rejects it. A kube-apiserver
   * caches the result of a token review for 10 s (no flag changes that), so
   * this takes up to 10 s for a token in use.
   */
  revoke(): Promise<void>;
}

/** Grants a permission, with a role and a binding. */
export async function grant(
  client: JsonClient,
  options: GrantOptions,
): Promise<Grant> {
  const { user, verbs, resources, apiGroup = "", namespace } = options;
  const metadata = { name: `grant-${generateToken().slice(0, 8)}` };
  const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  const roles = `${rbac}${scope}/${kind.toLowerCase()}s`;
  const bindings = `${rbac}${scope}/${kind.toLowerCase()}bindings`;
  const apiGroupOfRoles = "rbac.authorization.k8s.io";
  await client.request("POST", roles, {
    metadata,
    rules: [{ apiGroups: [apiGroup], resources, verbs }],
  });
  await client.request("POST", bindings, {
    metadata,
    roleRef: { apiGroup: apiGroupOfRoles, kind, name: metadata.name },
    subjects: [{ apiGroup: apiGroupOfRoles, kind: "User", name: user }],
  });
  const allowed = () => isAllowed(client, options);
  await settle(`the grant to ${user} to take effect`, allowed);
  return {
    async revoke() {
      await client.request("DELETE", `${bindings}/${metadata.name}`);
      await client.request("DELETE", `${roles}/${metadata.name}`);
      await settle(
        `the grant to ${user} to end`,
        async () => !await allowed(),
      );
    },
  };
}

/** Creates a token that is bound to its own Secret, and revoked with it. */
export async function issueToken(
  client: JsonClient,
  options: TokenOptions,
): Promise<AccountToken> {
  const { account, namespace = "default" } = options;
  const core = `/api/v1/namespaces/${namespace}`;
  await createIfMissing(client, `${core}/serviceaccounts`, account);
  const secret = await client.request("POST", `${core}/secrets`, {
    metadata: { generateName: `${account}-` },
  });
  const { name, uid } = secret.metadata ?? {};
  const answer = await client.request(
    "POST",
    `${core}/serviceaccounts/${account}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        boundObjectRef: { apiVersion: "v1", kind: "Secret", name, uid },
      },
    },
  );
  const token = tokenOf(answer.status);
  return {
    token,
    user: `system:serviceaccount:${namespace}:${account}`,
    async revoke() {
      await client.request("DELETE", `${core}/secrets/${name}`);
      // A review that is too early would find the token valid, and be cached
      // for 10 s.
      await delay(pollMs);
      await settle(
        `the token of ${account} to be refused`,
        () => isRefused(client, token),
      );
    },
  };
}

async function createIfMissing(
  client: JsonClient,
  path: string,
  name: string,
): Promise<void> {
  try {
    await client.request("POST", path, { metadata: { name } });
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 409) throw error;
  }
}

function tokenOf(status: unknown): string {
  const token = textField(status, "token");
  if (token !== undefined) return token;
  throw new TypeError("Cannot issue a token: the response has none");
}

async function isAllowed(
  client: JsonClient,
  { user, verbs, resources, apiGroup = "", namespace = "" }: GrantOptions,
): Promise<boolean> {
  const review = await client.request("POST", accessReview, {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: {
      user,
      resourceAttributes: {
        verb: verbs[0],
        resource: resources[0],
        group: apiGroup,
        namespace,
      },
    },
  });
  return field(review, "status", "allowed") === true;
}

async function isRefused(client: JsonClient, token: string): Promise<boolean> {
  const review = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
  };
  try {
    await client.request("POST", selfReview, review, { token });
    return false;
  } catch (error) {
    if (error instanceof RequestError && error.code === 401) return true;
    throw error;
  }
}

async function settle(
  what: string,
  settled: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + effectTimeoutMs;
  while (!await settled()) {
    if (performance.now() > deadline) {
      throw new Error(
        `Timed out after ${effectTimeoutMs} ms waiting for ${what}`,
      );
    }
    await delay(pollMs);
  }
}
