/**
 * The groups of end-to-end tests that `deno task test:e2e --group` and the
 * matrix of servers run: those whose outcome depends on the server and its
 * store. The others test this package's own machinery, or behavior that is the
 * same on every server, on the default one.
 *
 * @module
 */

/** The files in `tests/e2e/` of each group. */
export const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ["watch", [
    "events_test.ts",
    "expired_version_test.ts",
    "resumption_test.ts",
    "short_watches_test.ts",
  ]],
  ["informer", [
    "informer_test.ts",
    "informer_storms_test.ts",
    "paged_list_test.ts",
    "restored_cluster_test.ts",
  ]],
  ["cuts", ["broken_connections_test.ts", "store_outage_test.ts"]],
  ["refusals", ["refusals_test.ts", "rotated_token_test.ts"]],
  ["waits", ["conditions_test.ts"]],
  ["cli", ["cli_wait_test.ts", "cli_watch_test.ts"]],
  ["behavior", ["server_behavior_test.ts"]],
  ["serverless", ["serverless_test.ts"]],
]);
