/**
 * The users that a control plane knows from its start: each has a token, listed
 * in the file that kube-apiserver reads once, and a client certificate.
 */

import { files } from "./_components.ts";
import {
  type CertificateAuthority,
  generateToken,
  type KeyPair,
} from "./credentials.ts";

/** A user that a control plane is to know. */
export interface PlaneUser {
  /** Name, as RBAC knows it. */
  name: string;
  /** Groups. @default {[]} */
  groups?: readonly string[] | undefined;
}

/** What a client needs to speak to a control plane as one of its users. */
export interface ClientConfig {
  /** URL of the server. */
  readonly server: string;
  /** Bearer token. */
  readonly token: string;
  /** Authority that signed the server's certificate, as PEM text. */
  readonly caCert: string;
  /** Client certificate, as PEM text. */
  readonly clientCert: string;
  /** Key of the client certificate, as PEM text. */
  readonly clientKey: string;
  /** Path of a file with `caCert`. */
  readonly caFile: string;
  /** Path of a file with `clientCert`. */
  readonly clientCertFile: string;
  /** Path of a file with `clientKey`. */
  readonly clientKeyFile: string;
}

interface Credentials extends KeyPair {
  readonly token: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** The administrator, whom every control plane knows. */
export const admin: PlaneUser = { name: "admin", groups: ["system:masters"] };

/** Users with their credentials, in files of a folder. */
export class Users {
  readonly #folder: string;
  readonly #caCert: string;
  readonly #credentials: ReadonlyMap<string, Credentials>;

  private constructor(
    folder: string,
    caCert: string,
    credentials: ReadonlyMap<string, Credentials>,
  ) {
    this.#folder = folder;
    this.#caCert = caCert;
    this.#credentials = credentials;
  }

  /** Makes credentials for users, and writes them where the parts look. */
  static async create(
    folder: string,
    authority: CertificateAuthority,
    users: readonly PlaneUser[],
  ): Promise<Users> {
    const credentials = new Map<string, Credentials>();
    const rows: string[] = [];
    for (const [index, { name, groups = [] }] of users.entries()) {
      const pair = await authority.issueClient(name, groups);
      const token = generateToken();
      const certificateFile = `${folder}/user-${index}.crt`;
      const keyFile = `${folder}/user-${index}.key`;
      await Deno.writeTextFile(certificateFile, pair.certificate);
      await Deno.writeTextFile(keyFile, pair.key);
      credentials.set(name, { ...pair, token, certificateFile, keyFile });
      rows.push(`${token},"${name}",${index},"${groups.join(",")}"\n`);
    }
    await Deno.writeTextFile(`${folder}/${files.tokens}`, rows.join(""));
    return new Users(folder, authority.certificate, credentials);
  }

  /** How a user reaches a server. */
  client(name: string, server: string): ClientConfig {
    const credentials = this.#credentials.get(name);
    if (credentials === undefined) {
      const known = [...this.#credentials.keys()].join(", ");
      throw new TypeError(
        `Cannot find user ${name}: the control plane knows ${known}: ` +
          "name it in the option users",
      );
    }
    const { token, certificate, key, certificateFile, keyFile } = credentials;
    return {
      server,
      token,
      caCert: this.#caCert,
      clientCert: certificate,
      clientKey: key,
      caFile: `${this.#folder}/${files.ca}`,
      clientCertFile: certificateFile,
      clientKeyFile: keyFile,
    };
  }
}

/**
 * A kubeconfig (JSON, which is YAML) for a client.
 *
 * @param client Whom it speaks as.
 * @returns The text of the file.
 */
export function kubeconfig(
  client: Pick<ClientConfig, "server" | "token" | "caFile">,
): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "e2e",
    clusters: [{
      name: "e2e",
      cluster: {
        server: client.server,
        "certificate-authority": client.caFile,
      },
    }],
    users: [{ name: "e2e", user: { token: client.token } }],
    contexts: [{ name: "e2e", context: { cluster: "e2e", user: "e2e" } }],
  });
}
