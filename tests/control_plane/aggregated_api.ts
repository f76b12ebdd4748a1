/**
 * API servers behind the aggregator of a control plane: the sample API server
 * of Kubernetes, and the registration of any other server.
 *
 * @module
 */

import { field } from "../../internal/json_fields.ts";
import { setTimeout as delay } from "node:timers/promises";
import { findBinary } from "./binaries.ts";
import type { ControlPlane } from "./control_plane.ts";
import { CertificateAuthority, type KeyPair } from "./credentials.ts";
import { keepLogs } from "./kept_logs.ts";
import { freePort } from "./_ports.ts";
import { type ManagedProcess, ProcessGroup } from "./processes.ts";

const pollMs = 100;
const effectTimeoutMs = 180_000;
const services = "/api/v1/namespaces/default/services";
const registrations = "/apis/apiregistration.k8s.io/v1/apiservices";

/** The group and version that the sample API server serves. */
export const sampleApi = {
  group: "wardle.example.com",
  version: "v1alpha1",
} as const;

/** The namespaced resource of the sample API server. */
export const flundersPath =
  `/apis/${sampleApi.group}/${sampleApi.version}/namespaces/default/flunders`;

/** An API that another server serves. */
export interface AggregatedApi {
  /** The group. */
  group: string;
  /** The version. */
  version: string;
  /** The name of its Service in the namespace `default`. */
  service: string;
  /** The port on loopback. */
  port: number;
  /** The authority of its server certificate, as PEM. */
  caCert: string;
}

/**
 * Issues the certificate that kube-apiserver expects of a server behind a
 * Service in the namespace `default`.
 *
 * @param service The name of the Service.
 * @returns The certificate of the authority, and those of the server.
 */
export async function issueServiceCertificate(
  service: string,
): Promise<{ caCert: string; server: KeyPair }> {
  const authority = await CertificateAuthority.create(`ca-of-${service}`);
  const server = await authority.issueServer(`${service}.default.svc`);
  return { caCert: authority.certificate, server };
}

/**
 * Registers an API, and waits until kube-apiserver considers its server
 * available. Without a network of services, the Service is an alias of this
 * host.
 *
 * @param plane A control plane with the option `aggregation`.
 * @param api The API.
 */
export async function registerApi(
  plane: ControlPlane,
  { group, version, service, port, caCert }: AggregatedApi,
): Promise<void> {
  await plane.request("POST", services, {
    metadata: { name: service },
    spec: { type: "ExternalName", externalName: "localhost" },
  });
  await plane.request("POST", registrations, {
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      service: { namespace: "default", name: service, port },
      caBundle: btoa(caCert),
    },
  });
  await availability(plane, { group, version }, "True");
}

/**
 * Waits until kube-apiserver considers an API available, or not. It asks every
 * 30 seconds, and when the APIService changes, which this function does.
 *
 * @param plane The control plane.
 * @param api The group and the version.
 * @param status The status of the condition `Available`.
 */
export async function availability(
  plane: ControlPlane,
  { group, version }: Pick<AggregatedApi, "group" | "version">,
  status: "True" | "False",
): Promise<void> {
  const path = `${registrations}/${version}.${group}`;
  const deadline = performance.now() + effectTimeoutMs;
  for (let attempt = 0;; attempt++) {
    const annotations = { attempt: `${attempt}` };
    const body = { metadata: { annotations } };
    const registration = await plane.request("PATCH", path, body);
    if (availableOf(registration) === status) return;
    if (performance.now() > deadline) {
      throw new Error(
        `Timed out after ${effectTimeoutMs} ms waiting for ${path} to be ` +
          `available: ${status}: ${JSON.stringify(registration.status)}`,
      );
    }
    await delay(pollMs);
  }
}

function availableOf(registration: unknown): unknown {
  const conditions = field(registration, "status", "conditions");
  if (!Array.isArray(conditions)) return undefined;
  const available = conditions.find((condition: unknown) =>
    field(condition, "type") === "Available"
  );
  return field(available, "status");
}

/** The sample API server behind the aggregator of a control plane. */
export class SampleApiserver implements AsyncDisposable {
  readonly #plane: ControlPlane;
  readonly #group: ProcessGroup;
  readonly #port: number;
  #process: ManagedProcess | undefined;

  private constructor(plane: ControlPlane, group: ProcessGroup, port: number) {
    this.#plane = plane;
    this.#group = group;
    this.#port = port;
  }

  /**
   * Starts the server on the store of the control plane, and registers its API.
   *
   * @param plane A control plane with the option `aggregation`.
   * @returns The server; its API is available.
   */
  static async start(plane: ControlPlane): Promise<SampleApiserver> {
    const service = "sample-apiserver";
    const { caCert, server } = await issueServiceCertificate(service);
    await using stack = new AsyncDisposableStack();
    const group = stack.use(await ProcessGroup.create());
    const { directory } = group;
    await Deno.writeTextFile(`${directory}/tls.crt`, server.certificate);
    await Deno.writeTextFile(`${directory}/tls.key`, server.key);
    const port = freePort(new Set());
    const sample = new SampleApiserver(plane, group, port);
    stack.move();
    try {
      await sample.startProcess();
      await registerApi(plane, { ...sampleApi, service, port, caCert });
      return sample;
    } catch (error) {
      await sample[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts the process, which may not be ready yet. */
  async startProcess(): Promise<void> {
    const { directory } = this.#group;
    const kubeconfig = await this.#plane.kubeconfig();
    this.#process = await this.#group.start({
      name: "sample-apiserver",
      command: await findBinary("sample-apiserver"),
      args: [
        `--etcd-servers=${this.#plane.storeUrl}`,
        "--etcd-compaction-interval=0",
        "--bind-address=127.0.0.1",
        `--secure-port=${this.#port}`,
        `--tls-cert-file=${directory}/tls.crt`,
        `--tls-private-key-file=${directory}/tls.key`,
        `--kubeconfig=${kubeconfig}`,
        `--authentication-kubeconfig=${kubeconfig}`,
        `--authorization-kubeconfig=${kubeconfig}`,
      ],
    });
  }

  /**
   * Starts the process again and waits until kube-apiserver considers its API
   * available.
   */
  async restart(): Promise<void> {
    await this.startProcess();
    await availability(this.#plane, sampleApi, "True");
  }

  /**
   * Stops the process.
   *
   * @param signal The signal to send.
   */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGKILL"): Promise<void> {
    await this.#process?.stop(signal);
  }

  /** Stops the process and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    keepLogs(await this.#group.logEnds());
    await this.#group[Symbol.asyncDispose]();
  }
}
