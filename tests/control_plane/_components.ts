/**
 * The command lines of the control plane's components. They listen only on
 * loopback, do not wait for leases or fsync, and do not compact on their own,
 * since tests decide when to.
 */

import type { Ports } from "./_ports.ts";
import type { ProcessOptions } from "./processes.ts";

/** The settings of a control plane that determine the command lines. */
export interface ComponentSettings {
  /** The ports. */
  ports: Ports;
  /** The directory of the files named by {@linkcode files}. */
  directory: string;
  /** Whether pods run. */
  workloads: boolean;
  /** Whether kube-apiserver records the watches that clients open. */
  recordWatches: boolean;
  /** Whether kube-apiserver passes requests on to other API servers. */
  aggregation: boolean;
  /** Feature gates of kube-apiserver that are set for all tests. */
  featureGates: string;
  /** Additional flags for kube-apiserver. */
  apiserverFlags: readonly string[];
  /** Additional flags for kine. */
  kineFlags: readonly string[];
}

/** The names of the files that the components read. */
export const files = {
  ca: "ca.crt",
  serverCert: "server.crt",
  serverKey: "server.key",
  accountKey: "account.key",
  accountPublicKey: "account.pub",
  tokens: "tokens.csv",
  adminKubeconfig: "kubeconfig-admin.json",
  auditPolicy: "audit-policy.json",
  auditLog: "audit.log",
  etcdData: "etcd-data",
  kineData: "kine-data",
  frontProxyCa: "front-proxy-ca.crt",
  frontProxyCert: "front-proxy.crt",
  frontProxyKey: "front-proxy.key",
} as const;

/** The common name of kube-apiserver towards other API servers. */
export const frontProxyName = "front-proxy-client";

/**
 * Alpha features that a variant must not enable: the first depends on a feature
 * that is disabled below, the second writes leases as that one does.
 */
const disabledAlphas =
  "StorageVersionAPI=false,CoordinatedLeaderElection=false";

/**
 * With the two disabled features, kube-apiserver would write its own leases.
 * Each write advances the resource version, and the watch cache of a restarted
 * kube-apiserver starts at the latest one, so that a watcher that has seen all
 * changes would get a 410.
 */
const featureGates = [
  "ShardedListAndWatch=true",
  "APIServerIdentity=false",
  "UnknownVersionInteroperabilityProxy=false",
].join();

type Component = Omit<ProcessOptions, "command">;

/** Returns the command line of etcd. */
export function etcd({ ports, directory }: ComponentSettings): Component {
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  const client = `http://127.0.0.1:${ports.etcd}`;
  return {
    name: "etcd",
    args: [
      `--data-dir=${directory}/${files.etcdData}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
  };
}

/**
 * Returns the command line of kine, which stores in SQLite what etcd would, as
 * in k3s. It compacts nothing unless a flag says so.
 */
export function kine(settings: ComponentSettings): Component {
  return {
    name: "kine",
    args: [...kineArgs(settings, settings.ports.etcd), ...settings.kineFlags],
  };
}

/**
 * Returns the command line of a second kine that compacts the first one's
 * database as far as its flags allow: everything before the revision that it
 * found a tenth of a second ago. Without that one, kine would refuse watches from
 * the revision of a list until the next write, and kube-apiserver not start.
 */
export function kineCompaction(settings: ComponentSettings): Component {
  return {
    name: "kine-compaction",
    args: [
      ...kineArgs(settings, settings.ports.etcdPeer),
      "--compact-interval=100ms",
      "--compact-min-retain=1",
    ],
  };
}

function kineArgs({ directory }: ComponentSettings, port: number): string[] {
  const parameters = "_journal_mode=WAL&_busy_timeout=30000" +
    "&_synchronous=NORMAL&_txlock=immediate&cache=shared";
  return [
    `--listen-address=127.0.0.1:${port}`,
    `--endpoint=sqlite://${directory}/${files.kineData}/state.db?${parameters}`,
    "--metrics-bind-address=0",
  ];
}

/** Returns the command line of kube-apiserver. */
export function apiserver(settings: ComponentSettings): Component {
  const { ports, directory, workloads, recordWatches } = settings;
  return {
    name: "kube-apiserver",
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      "--etcd-compaction-interval=0",
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.apiserver}`,
      `--tls-cert-file=${directory}/${files.serverCert}`,
      `--tls-private-key-file=${directory}/${files.serverKey}`,
      `--client-ca-file=${directory}/${files.ca}`,
      `--token-auth-file=${directory}/${files.tokens}`,
      `--cert-dir=${directory}`,
      "--authorization-mode=RBAC",
      "--service-account-issuer=https://127.0.0.1",
      `--service-account-key-file=${directory}/${files.accountPublicKey}`,
      `--service-account-signing-key-file=${directory}/${files.accountKey}`,
      "--service-cluster-ip-range=10.0.0.0/24",
      // Endpoints must not be loopback addresses, but kube-apiserver listens on
      // one.
      "--endpoint-reconciler-type=none",
      // By default, SIGTERM waits a minute for open watches.
      "--shutdown-watch-termination-grace-period=1s",
      ...settings.featureGates === "" ? [] : [
        `--feature-gates=${settings.featureGates},${disabledAlphas}`,
        "--runtime-config=api/all=true",
      ],
      `--feature-gates=${featureGates}`,
      // Without controllers, the service accounts that pods need are not
      // created.
      ...workloads ? [] : ["--disable-admission-plugins=ServiceAccount"],
      ...recordWatches
        ? [
          `--audit-policy-file=${directory}/${files.auditPolicy}`,
          `--audit-log-path=${directory}/${files.auditLog}`,
        ]
        : [],
      ...settings.aggregation ? frontProxyFlags(directory) : [],
      ...settings.apiserverFlags,
    ],
  };
}

function frontProxyFlags(directory: string): string[] {
  return [
    `--requestheader-client-ca-file=${directory}/${files.frontProxyCa}`,
    `--requestheader-allowed-names=${frontProxyName}`,
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${directory}/${files.frontProxyCert}`,
    `--proxy-client-key-file=${directory}/${files.frontProxyKey}`,
  ];
}

/** Returns the command line of kube-controller-manager. */
export function controllerManager(settings: ComponentSettings): Component {
  const { ports, directory } = settings;
  return {
    name: "kube-controller-manager",
    args: [
      ...clientFlags(settings, ports.controllerManager),
      `--service-account-private-key-file=${directory}/${files.accountKey}`,
      `--root-ca-file=${directory}/${files.ca}`,
      "--node-monitor-period=1s",
      // kwok reports its node rarely; pods on an unhealthy node would not
      // become ready again.
      "--node-monitor-grace-period=1h",
    ],
  };
}

/** Returns the command line of kube-scheduler. */
export function scheduler(settings: ComponentSettings): Component {
  return {
    name: "kube-scheduler",
    args: clientFlags(settings, settings.ports.scheduler),
  };
}

/** Returns the command line of kwok. */
export function kwok({ ports, directory }: ComponentSettings): Component {
  return {
    name: "kwok",
    args: [
      `--kubeconfig=${directory}/${files.adminKubeconfig}`,
      "--manage-all-nodes=true",
      "--node-ip=127.0.0.1",
      `--server-address=127.0.0.1:${ports.kwok}`,
    ],
  };
}

function clientFlags({ directory }: ComponentSettings, port: number): string[] {
  return [
    `--kubeconfig=${directory}/${files.adminKubeconfig}`,
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${directory}/${files.serverCert}`,
    `--tls-private-key-file=${directory}/${files.serverKey}`,
  ];
}
