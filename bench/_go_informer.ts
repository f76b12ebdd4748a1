/**
 * client-go's dynamic informer as a peer, where Go is there to build it.
 *
 * @module
 */

import type { InformerRun } from "./_run_informer.ts";

/** Fills the cache of client-go's informer once. */
export type GoInformer = (
  server: string,
  count: number,
) => Promise<InformerRun>;

/**
 * Builds the program with client-go's informer.
 *
 * @returns What runs it; undefined where there is no Go.
 */
export async function goInformer(): Promise<GoInformer | undefined> {
  const binary = `${await Deno.makeTempDir()}/informer`;
  const folder = new URL("informer_go/", import.meta.url);
  try {
    await run("go", ["build", "-o", binary, "."], folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return async (server, count) =>
    JSON.parse(await run(binary, [server, String(count)], folder));
}

async function run(
  command: string,
  args: readonly string[],
  cwd: URL,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
  }).output();
  const decoder = new TextDecoder();
  if (code === 0) return decoder.decode(stdout);
  throw new Error(`${command} failed: ${decoder.decode(stderr)}`);
}
