/**
 * Keeps the ends of the logs of disposed control planes until a test has
 * passed, since `await using` disposes a control plane before the failure of
 * the test is known.
 */

let kept: string[] = [];

/**
 * Keeps a control plane's log ends.
 *
 * @param text The log ends.
 */
export function keepLogs(text: string): void {
  kept.push(text);
}

/**
 * Removes and returns the kept log ends.
 *
 * @returns The log ends.
 */
export function takeLogs(): string {
  const text = kept.join("\n");
  kept = [];
  return text;
}
