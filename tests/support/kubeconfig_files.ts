/** Kubeconfig files for tests, and an environment with only these. */

/** A directory of files, and environment variables, until disposed. */
export class Files implements Disposable {
  /** The path of the directory. */
  readonly directory: string = Deno.makeTempDirSync({ prefix: "kubeconfig-" });
  readonly #variables = new Map<string, string | undefined>();

  /** Hides the configuration of the machine. */
  constructor() {
    this.setVariables({
      HOME: this.directory,
      KUBECONFIG: undefined,
      KUBERNETES_SERVICE_HOST: undefined,
      KUBERNETES_SERVICE_PORT: undefined,
      POD_NAMESPACE: undefined,
    });
  }

  /** Writes a file and returns its path. */
  write(name: string, content: unknown): string {
    const path = `${this.directory}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(
      path,
      typeof content === "string" ? content : JSON.stringify(content),
    );
    return path;
  }

  /** Sets environment variables. */
  setVariables(variables: Record<string, string | undefined>): void {
    for (const [name, value] of Object.entries(variables)) {
      if (!this.#variables.has(name)) {
        this.#variables.set(name, Deno.env.get(name));
      }
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
    for (const [name, value] of this.#variables) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

/** The content of a kubeconfig with one context. */
export interface OneContext {
  cluster?: Record<string, unknown>;
  user?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

/** A kubeconfig with the context `dev`, the cluster `c` and the user `u`. */
export function oneContext(
  { cluster, user, context }: OneContext = {},
): Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "dev",
    contexts: [{
      name: "dev",
      context: { cluster: "c", user: "u", ...context },
    }],
    clusters: [{
      name: "c",
      cluster: { server: "https://c.example", ...cluster },
    }],
    users: [{ name: "u", user: user ?? {} }],
  };
}

/** A PEM block that looks like a certificate. */
export const CERTIFICATE =
  "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/** A PEM block that looks like a private key. */
export const KEY =
  "-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n";
