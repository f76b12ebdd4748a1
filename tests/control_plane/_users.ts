/**
 * The users of a control plane: each has a token, listed in the file that
 * kube-apiserver reads when it starts, and a client certificate.
 */

import { files } from "./_components.ts";
import {
  type CertificateAuthority,
  generateToken,
  type KeyPair,
} from "./credentials.ts";

/** A user of a control plane. */
export interface PlaneUser {
  /** The user name, as used by RBAC. */
  name: string;
  /** The groups. @default {[]} */
  groups?: readonly string[] | undefined;
}

/** What a client needs to connect to a control plane as a user. */
export interface ClientConfig {
  /** The URL of the server. */
  readonly server: string;
  /** The bearer token. */
  readonly token: string;
  /** The certificate authority of the server, as PEM. */
  readonly caCert: string;
  /** The client certificate, as PEM. */
  readonly clientCert: string;
  /** The key of the client certificate, as PEM. */
  readonly clientKey: string;
  /** The path of a file with `caCert`. */
  readonly caFile: string;
  /** The path of a file with `clientCert`. */
  readonly clientCertFile: string;
  /** The path of a file with `clientKey`. */
  readonly clientKeyFile: string;
}

interface Credentials extends KeyPair {
  readonly token: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** The administrator, who exists in every control plane. */
export const admin: PlaneUser = { name: "admin", groups: ["system:masters"] };

/** The users and their credentials, in the files of a directory. */
export class Users {
  readonly #directory: string;
  readonly #caCert: string;
  readonly #credentials: ReadonlyMap<string, Credentials>;

  private constructor(
    directory: string,
    caCert: string,
    credentials: ReadonlyMap<string, Credentials>,
  ) {
    this.#directory = directory;
    this.#caCert = caCert;
    this.#credentials = credentials;
  }

  /** Creates credentials for users, and writes them to the expected files. */
  static async create(
    directory: string,
    authority: CertificateAuthority,
    users: readonly PlaneUser[],
  ): Promise<Users> {
    const credentials = new Map<string, Credentials>();
    const rows: string[] = [];
    for (const [index, { name, groups = [] }] of users.entries()) {
      const pair = await authority.issueClient(name, groups);
      const token = generateToken();
      const certificateFile = `${directory}/user-${index}.crt`;
      const keyFile = `${directory}/user-${index}.key`;
      await Deno.writeTextFile(certificateFile, pair.certificate);
      await Deno.writeTextFile(keyFile, pair.key);
      credentials.set(name, { ...pair, token, certificateFile, keyFile });
      rows.push(`${token},"${name}",${index},"${groups.join(",")}"\n`);
    }
    await Deno.writeTextFile(`${directory}/${files.tokens}`, rows.join(""));
    return new Users(directory, authority.certificate, credentials);
  }

  /** Returns what a client needs to connect to a server as a user. */
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
      caFile: `${this.#directory}/${files.ca}`,
      clientCertFile: certificateFile,
      clientKeyFile: keyFile,
    };
  }
}

/**
 * Returns a kubeconfig (as JSON, which is YAML) for a client.
 *
 * @param client The server and the user.
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
