/**
 * client-go's dynamic informer as a peer, if Go is installed to build it.
 *
 * @module
 */

import type { InformerRun } from "./_run_informer.ts";

/** Runs client-go's informer until its cache has synced. */
export type GoInformer = (
  server: string,
  count: number,
) => Promise<InformerRun>;

/**
 * Builds the program with client-go's informer.
 *
 * @returns A function that runs it; `undefined` if Go is not installed.
 */
export async function goInformer(): Promise<GoInformer | undefined> {
  const binary = `${await Deno.makeTempDir()}/informer`;
  const directory = new URL("informer_go/", import.meta.url);
  try {
    await run("go", ["build", "-o", binary, "."], directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return async (server, count) =>
    JSON.parse(await run(binary, [server, String(count)], directory));
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
