/** Runs a program to its end, and tells what it prints as it comes. */

/** Options of {@linkcode runProgram}. */
export interface RunOptions {
  /** All of its environment. */
  env: Record<string, string>;
  /** Ends it (SIGTERM). */
  signal?: AbortSignal | undefined;
  /** Called with each piece of standard output. */
  onStdout?: ((text: string) => void) | undefined;
}

/** What a program that has ended has left. */
export interface ProgramOutput {
  /** Exit code; 128 and more after a signal. */
  readonly code: number;
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @param command Its path.
 * @param args Its arguments.
 * @param options Its surroundings.
 * @returns How it ended; a failure is not thrown.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<ProgramOutput> {
  const { env, signal, onStdout } = options;
  const child = new Deno.Command(command, {
    args: [...args],
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...signal === undefined ? {} : { signal },
  }).spawn();
  const [stdout, stderr, { code }] = await Promise.all([
    readText(child.stdout, onStdout),
    readText(child.stderr, undefined),
    child.status,
  ]);
  return { code, stdout, stderr };
}

async function readText(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  onText: ((text: string) => void) | undefined,
): Promise<string> {
  let whole = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    whole += text;
    onText?.(text);
  }
  return whole;
}
