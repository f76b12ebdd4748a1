/**
 * Runs the example of a Cloudflare Worker in workerd, and records what it sends
 * to its webhook.
 *
 * @module
 */

const root = new URL("../../", import.meta.url);
const importMap = `--import-map=${
  new URL("tools/import_map.npm.json", root).pathname
}`;

/** The Worker. */
export interface RunningWorker extends AsyncDisposable {
  /** What it has sent: type and name of each change. */
  readonly sent: readonly string[];
  /** Runs it. */
  run(): Promise<Response>;
  /** Runs it as a cron trigger does. */
  runScheduled(): Promise<Response>;
}

/**
 * Bundles the Worker and starts it.
 *
 * @param server The URL of the API server.
 * @param token The token for it.
 * @returns The Worker.
 */
export async function startWorker(
  server: string,
  token: string,
): Promise<RunningWorker> {
  const sent: string[] = [];
  const webhook = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { type, name } = await request.json();
      sent.push(`${type} ${name}`);
      return new Response(null, { status: 204 });
    },
  );
  const directory = await Deno.makeTempDir();
  const bundle = `${directory}/worker.js`;
  await bundleTo(bundle, "examples/serverless/worker.ts");
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-lock",
      new URL("_worker_program.ts", import.meta.url).pathname,
      bundle,
      JSON.stringify({
        API_SERVER: server,
        API_TOKEN: token,
        NAMESPACE: "default",
        WEBHOOK_URL: `http://127.0.0.1:${webhook.addr.port}/`,
        BUDGET_MS: "3000",
      }),
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const url = new TextDecoder().decode(value);
  return {
    sent,
    run: () => fetch(url),
    runScheduled: () => fetch(`${url}cdn-cgi/handler/scheduled`),
    [Symbol.asyncDispose]: async () => {
      await child.stdin.close();
      await child.status;
      await reader.cancel();
      await webhook.shutdown();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

async function bundleTo(target: string, path: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=browser",
      "--no-lock",
      importMap,
      `--output=${target}`,
      new URL(path, root).pathname,
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
