/** Whether processes run that a test has not started itself. */

/**
 * Tests whether a process runs. One that has exited counts as gone, also where
 * no one collects its exit status, as in a container without an init process.
 *
 * @param pid The process.
 * @returns Whether it runs.
 */
export async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", `${pid}`],
    stderr: "null",
  }).output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

/**
 * Waits until a file holds a whole line, and reads the number in it.
 *
 * @param path The file, which must exist.
 * @returns The number.
 */
export async function numberIn(path: string): Promise<number> {
  for (;;) {
    const text = await Deno.readTextFile(path);
    if (text.endsWith("\n")) return Number(text);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
