/**
 * The ends of the logs of the control planes that have been disposed of, kept
 * until a test has passed: what `await using` ends is over before the runner
 * learns that the test has failed.
 */

let kept: string[] = [];

/**
 * Keeps a control plane's log ends.
 *
 * @param text Them.
 */
export function keepLogs(text: string): void {
  kept.push(text);
}

/**
 * Forgets what is kept.
 *
 * @returns It.
 */
export function takeLogs(): string {
  const text = kept.join("\n");
  kept = [];
  return text;
}
