/**
 * The command lines of the control plane's parts. Everything listens on loopback
 * only, nothing waits for leases or for fsync, and nothing happens on its own
 * clock that a test would want to decide itself (compaction).
 */

import type { Ports } from "./_ports.ts";
import type { ProcessOptions } from "./processes.ts";

/** What a command line is made of. */
export interface ComponentSettings {
  /** Ports. */
  ports: Ports;
  /** Folder that holds the files named by {@linkcode files}. */
  folder: string;
  /** Whether pods are to run. */
  workloads: boolean;
  /** Appended to the flags of kube-apiserver. */
  apiserverFlags: readonly string[];
}

/** Names of the files that the parts read, inside the folder. */
export const files = {
  ca: "ca.crt",
  serverCert: "server.crt",
  serverKey: "server.key",
  accountKey: "account.key",
  accountPublicKey: "account.pub",
  tokens: "tokens.csv",
  adminKubeconfig: "kubeconfig-admin.json",
} as const;

/**
 * The two that are off make kube-apiserver write leases of its own. Each write
 * moves the version of everything, and the watch cache of a restarted
 * kube-apiserver begins at the newest one: a watcher that had seen all there was
 * to see would be answered 410.
 */
const featureGates = [
  "ShardedListAndWatch=true",
  "APIServerIdentity=false",
  "UnknownVersionInteroperabilityProxy=false",
].join();

type Component = Omit<ProcessOptions, "command">;

/** etcd. */
export function etcd({ ports, folder }: ComponentSettings): Component {
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  const client = `http://127.0.0.1:${ports.etcd}`;
  return {
    name: "etcd",
    args: [
      `--data-dir=${folder}/etcd-data`,
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

/** kube-apiserver. */
export function apiserver(settings: ComponentSettings): Component {
  const { ports, folder, workloads, apiserverFlags } = settings;
  return {
    name: "kube-apiserver",
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      "--etcd-compaction-interval=0",
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.apiserver}`,
      `--tls-cert-file=${folder}/${files.serverCert}`,
      `--tls-private-key-file=${folder}/${files.serverKey}`,
      `--client-ca-file=${folder}/${files.ca}`,
      `--token-auth-file=${folder}/${files.tokens}`,
      `--cert-dir=${folder}`,
      "--authorization-mode=RBAC",
      "--service-account-issuer=https://127.0.0.1",
      `--service-account-key-file=${folder}/${files.accountPublicKey}`,
      `--service-account-signing-key-file=${folder}/${files.accountKey}`,
      "--service-cluster-ip-range=10.0.0.0/24",
      // A service may not point at loopback, which is where this one listens.
      "--endpoint-reconciler-type=none",
      // Otherwise SIGTERM waits a minute for watches that do not end.
      "--shutdown-watch-termination-grace-period=1s",
      `--feature-gates=${featureGates}`,
      // Without controllers nothing makes the accounts that pods would need.
      ...workloads ? [] : ["--disable-admission-plugins=ServiceAccount"],
      ...apiserverFlags,
    ],
  };
}

/** kube-controller-manager. */
export function controllerManager(settings: ComponentSettings): Component {
  const { ports, folder } = settings;
  return {
    name: "kube-controller-manager",
    args: [
      ...clientFlags(settings, ports.controllerManager),
      `--service-account-private-key-file=${folder}/${files.accountKey}`,
      `--root-ca-file=${folder}/${files.ca}`,
      "--node-monitor-period=1s",
      // kwok's node is heard of seldom, and its pods do not get ready again.
      "--node-monitor-grace-period=1h",
    ],
  };
}

/** kube-scheduler. */
export function scheduler(settings: ComponentSettings): Component {
  return {
    name: "kube-scheduler",
    args: clientFlags(settings, settings.ports.scheduler),
  };
}

/** kwok. */
export function kwok({ ports, folder }: ComponentSettings): Component {
  return {
    name: "kwok",
    args: [
      `--kubeconfig=${folder}/${files.adminKubeconfig}`,
      "--manage-all-nodes=true",
      "--node-ip=127.0.0.1",
      `--server-address=127.0.0.1:${ports.kwok}`,
    ],
  };
}

function clientFlags({ folder }: ComponentSettings, port: number): string[] {
  return [
    `--kubeconfig=${folder}/${files.adminKubeconfig}`,
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${folder}/${files.serverCert}`,
    `--tls-private-key-file=${folder}/${files.serverKey}`,
  ];
}
