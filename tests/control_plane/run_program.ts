/** Runs a program to completion, and reports its output as it is printed. */

/** Options for {@linkcode runProgram}. */
export interface RunOptions {
  /** The complete environment. */
  env: Record<string, string>;
  /** Terminates the program with SIGTERM. */
  signal?: AbortSignal | undefined;
  /** Called with each chunk of standard output. */
  onStdout?: ((text: string) => void) | undefined;
}

/** The result of a program. */
export interface ProgramOutput {
  /** The exit code; more than 128 after a signal. */
  readonly code: number;
  /** The standard output. */
  readonly stdout: string;
  /** The standard error. */
  readonly stderr: string;
}

/**
 * Runs a program to completion.
 *
 * @param command The path of the program.
 * @param args The arguments.
 * @param options The environment, a signal and a callback.
 * @returns The result; a failure does not throw.
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
