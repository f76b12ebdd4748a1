/**
 * How the proxies in front of a kube-apiserver are started: their command
 * lines, and their configurations with everything in one directory, so that no
 * system configuration and no privilege is needed. What is not set is left at
 * the default of the program.
 */

/** What a configuration depends on. */
export interface HttpProxySettings {
  /** The port that the proxy listens on. */
  port: number;
  /** The port of the kube-apiserver. */
  upstreamPort: number;
  /** Where the proxy keeps its files. */
  directory: string;
  /** A kubeconfig file; only `kubectl proxy` needs one. */
  kubeconfig: string;
  /** Seconds without a byte from the server after which it cuts. */
  idleTimeoutSeconds: number | undefined;
  /** Whether nginx buffers responses, as it does by default. */
  buffering: boolean;
}

/** How a proxy is started. */
export interface HttpProxyProgram {
  /** The name of the program. */
  readonly program: string;
  /** Whether it can be told to cut idle responses. */
  readonly cutsIdle: boolean;
  /** Returns its arguments; `config` is the path of the configuration. */
  args(settings: HttpProxySettings, config: string): string[];
  /** Returns the text of its configuration. */
  config(settings: HttpProxySettings): string;
}

const kubectl: HttpProxyProgram = {
  program: "kubectl",
  cutsIdle: false,
  args: ({ port, kubeconfig }) => [
    "proxy",
    `--kubeconfig=${kubeconfig}`,
    "--address=127.0.0.1",
    `--port=${port}`,
  ],
  config: () => "",
};

const nginx: HttpProxyProgram = {
  program: "nginx",
  cutsIdle: true,
  args: (
    { directory },
    config,
  ) => ["-p", directory, "-e", `${directory}/error.log`, "-c", config],
  config: (
    { port, upstreamPort, directory, idleTimeoutSeconds, buffering },
  ) => `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass https://127.0.0.1:${upstreamPort};
      ${buffering ? "" : "proxy_buffering off;"}
      ${setting(idleTimeoutSeconds, (s) => `proxy_read_timeout ${s}s;`)}
    }
  }
}
`,
};

const haproxy: HttpProxyProgram = {
  program: "haproxy",
  cutsIdle: true,
  args: (_settings, config) => ["-db", "-f", config],
  // Without timeouts it warns: these are those of Debian's configuration.
  config: ({ port, upstreamPort, idleTimeoutSeconds = 50 }) => `
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server ${idleTimeoutSeconds}s
listen apiserver
  bind 127.0.0.1:${port}
  server apiserver 127.0.0.1:${upstreamPort} ssl verify none
`,
};

const caddy: HttpProxyProgram = {
  program: "caddy",
  cutsIdle: true,
  args: (_settings, config) => ["run", "--config", config],
  // Only JSON can keep it from writing to the user's directory.
  config: ({ port, upstreamPort, directory, idleTimeoutSeconds }) => {
    const transport = {
      protocol: "http",
      tls: { insecure_skip_verify: true },
      ...idleTimeoutSeconds === undefined
        ? {}
        : { read_timeout: `${idleTimeoutSeconds}s` },
    };
    const handler = {
      handler: "reverse_proxy",
      transport,
      upstreams: [{ dial: `127.0.0.1:${upstreamPort}` }],
    };
    const server = {
      listen: [`127.0.0.1:${port}`],
      routes: [{ handle: [handler] }],
      automatic_https: { disable: true },
    };
    return JSON.stringify({
      admin: { disabled: true, config: { persist: false } },
      storage: { module: "file_system", root: `${directory}/storage` },
      apps: { http: { servers: { apiserver: server } } },
    });
  },
};

const apacheModules = "/usr/lib/apache2/modules";

const apache: HttpProxyProgram = {
  program: "apache2",
  cutsIdle: true,
  // With -X it does not fork: a signal ends all of it.
  args: (_settings, config) => ["-X", "-f", config],
  config: ({ port, upstreamPort, directory, idleTimeoutSeconds }) => `
${
    ["mpm_event", "authz_core", "proxy", "proxy_http", "ssl"].map((name) =>
      `LoadModule ${name}_module ${apacheModules}/mod_${name}.so`
    ).join("\n")
  }
ServerRoot ${directory}
DefaultRuntimeDir ${directory}
PidFile ${directory}/apache.pid
ErrorLog ${directory}/error.log
Mutex pthread
User nobody
Group nogroup
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
SSLProxyEngine on
SSLProxyVerify none
SSLProxyCheckPeerName off
SSLProxyCheckPeerExpire off
ProxyPass / https://127.0.0.1:${upstreamPort}/
${setting(idleTimeoutSeconds, (s) => `ProxyTimeout ${s}`)}
`,
};

/** All proxies, by the names that the tests use. */
export const httpProxyPrograms = {
  "kubectl proxy": kubectl,
  nginx,
  HAProxy: haproxy,
  Caddy: caddy,
  Apache: apache,
} as const satisfies Readonly<Record<string, HttpProxyProgram>>;

function setting(
  seconds: number | undefined,
  text: (seconds: number) => string,
): string {
  return seconds === undefined ? "" : text(seconds);
}
