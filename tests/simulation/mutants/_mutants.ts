/**
 * Small changes of the watchers, the decoder and the cache, each of which breaks
 * a promise. A test must notice every one of them.
 *
 * @module
 */

/** A change of one place in one file. */
export interface Mutant {
  /** The file, from the top of the repository. */
  readonly file: string;
  /** A text that is in it exactly once. */
  readonly find: string;
  /** What replaces it. */
  readonly replace: string;
  /** What then goes wrong. */
  readonly breaks: string;
}

const RETRY_WATCHER = "watch/retry_watcher.ts";
const POSITION = "watch/_positioned_stream.ts";
const OUTCOME = "watch/_watch_outcome.ts";
const PLAN = "cache/_reflector_plan.ts";
const REFLECTOR = "cache/_reflector.ts";
const INITIAL_EVENTS = "api/_initial_events.ts";
const CACHE = "cache/_informer_cache.ts";
const STORE = "cache/_indexed_store.ts";
const BUFFER = "cache/_event_buffer.ts";
const SESSION = "cache/_watch_session.ts";
const WATCHDOG = "cache/_watchdog.ts";
const DECODER = "rest/_event_decoder.ts";
const LINES = "rest/_line_buffer.ts";
const INFORMER = "watch/indexer_informer_watcher.ts";
const OBSERVED = "watch/_observed.ts";
const LIST_WATCH = "watch/list_watch_until.ts";

/** All mutants. */
export const MUTANTS: readonly Mutant[] = [
  {
    file: RETRY_WATCHER,
    find: "this.#schedule.recovered();",
    replace: "",
    breaks: "the backoff never starts over",
  },
  {
    file: RETRY_WATCHER,
    find: "current.watchdog.received();",
    replace: "",
    breaks: "events do not renew the idle timeout",
  },
  {
    file: RETRY_WATCHER,
    find: "          state.reading = false;\n",
    replace: "",
    breaks: "only the first event of a watch is read",
  },
  {
    file: RETRY_WATCHER,
    find: '      case "MODIFIED":\n',
    replace: "",
    breaks: "a MODIFIED event ends the watcher",
  },
  {
    file: RETRY_WATCHER,
    find: "          this.#stream.advance(version);\n",
    replace: "",
    breaks: "bookmarks do not move the position",
  },
  {
    file: RETRY_WATCHER,
    find: "const failed = !heard && this.#schedule.endedEarly(startedAt);",
    replace: "const failed = false;",
    breaks: "watches that end at once are not backed off from",
  },
  {
    file: RETRY_WATCHER,
    find: "if (version === undefined || !isOlderVersion(version, position)) {",
    replace: "if (version !== position) {",
    breaks: "a server that was restored is not noticed",
  },
  {
    file: RETRY_WATCHER,
    find: 'this.#signal?.removeEventListener("abort", this.#onAbort);',
    replace: "",
    breaks: "a listener is left on the caller's signal",
  },
  {
    file: RETRY_WATCHER,
    find: "      signal: current.abort.signal,\n",
    replace: "",
    breaks: "the open request outlives the watcher",
  },
  {
    file: RETRY_WATCHER,
    find: "if (status !== undefined) return this.#finish(status);",
    replace: "",
    breaks: "an expired version is watched for ever",
  },
  {
    file: RETRY_WATCHER,
    find: "doubtful ? listerOf(this.#watcher) : undefined",
    replace: "listerOf(this.#watcher)",
    breaks: "the version is asked for before each watch",
  },
  {
    file: "watch/_retry_state.ts",
    find: "      releaseQuietly(state.reader, reason);\n" +
      "      abortFromAnyRequest(state.current.abort, reason);\n",
    replace: "",
    breaks: "a watch that is given up stays open",
  },
  {
    file: POSITION,
    find: "if (isOlderVersion(version, this.#position)) return;",
    replace: "",
    breaks: "the position moves back",
  },
  {
    file: POSITION,
    find: "      this.#held = undefined;\n",
    replace: "",
    breaks: "an event whose read was cancelled comes twice",
  },
  {
    file: POSITION,
    find: "    this.advance(version);\n    this.#controller",
    replace: "    this.#controller",
    breaks: "events do not move the position",
  },
  {
    file: POSITION,
    find: "this.#position = this.#positionBeforeUntaken ?? this.#position;",
    replace: "",
    breaks: "an unread event is not repeated",
  },
  {
    file: OUTCOME,
    find: "if (isUnauthorized(found) || isForbidden(found)) {",
    replace: "if (isUnauthorized(found)) {",
    breaks: "a 403 is retried",
  },
  {
    file: OUTCOME,
    find: "{ gone: 4, undecodable: 3 }",
    replace: "{ gone: 3, undecodable: 3 }",
    breaks: "three expired versions in a row end the watcher",
  },
  {
    file: OUTCOME,
    find: "{ gone: 4, undecodable: 3 }",
    replace: "{ gone: 4, undecodable: 4 }",
    breaks: "the same bad line is asked for once more",
  },
  {
    file: OUTCOME,
    find: "if (cause.code === 410) return",
    replace: "if (cause.code === 411) return",
    breaks: "an expired version in the stream is retried",
  },
  {
    file: "internal/backoff.ts",
    find: "this.#nextMs = Math.min(this.#maxMs, delayMs * 2);",
    replace: "",
    breaks: "the backoff does not grow",
  },
  {
    file: "internal/backoff.ts",
    find: "return Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);",
    replace: "return 0;",
    breaks: "Retry-After is ignored",
  },
  {
    file: "internal/restart_schedule.ts",
    find: "this.#backoff.next() : this.#minMs;",
    replace: "this.#backoff.next() : 0;",
    breaks: "watches that end well are not spaced",
  },
  {
    file: "internal/restart_schedule.ts",
    find: "return Math.max(0, Date.now() - startedAt);",
    replace: "return Date.now() - startedAt;",
    breaks: "a clock that is set back delays the next watch",
  },
  {
    file: PLAN,
    find:
      "if (!isOlderVersion(version, this.#version)) this.#version = version;",
    replace: "this.#version = version;",
    breaks: "the version of the store moves back",
  },
  {
    file: PLAN,
    find: "if (again) this.#unavailable = true;",
    replace: "",
    breaks: "a replica that lags is listed again and again",
  },
  {
    file: PLAN,
    find: "return this.#expiries > OFTEN;",
    replace: "return false;",
    breaks: "versions that expire at once are listed without a pause",
  },
  {
    file: PLAN,
    find: "heard || !isShort ? 0 : this.#backoff.next();",
    replace: "0;",
    breaks: "watches that break at once are not backed off from",
  },
  {
    file: PLAN,
    find: "const spacingMs = minBackoffMs - this.#sinceWatchStart();",
    replace: "const spacingMs = 0;",
    breaks: "watches are not spaced",
  },
  {
    file: PLAN,
    find: 'if (failure.kind === "invalid") this.#watchListRefused = true;',
    replace: "",
    breaks: "WatchList is tried again where it was refused",
  },
  {
    file: PLAN,
    find:
      "if (version === undefined || !isOlderVersion(version, this.#version)) {",
    replace: "if (version !== this.#version) {",
    breaks: "a server that was restored is not noticed",
  },
  {
    file: PLAN,
    find: "return this.#goOn(heard, !heard && isLong);",
    replace: "return this.#goOn(heard, false);",
    breaks: "a long silence is not doubted",
  },
  {
    file: REFLECTOR,
    find: "if (version === undefined || !reading.inOrder) return;",
    replace: "if (version === undefined) return;",
    breaks: "initial events in no order move the version",
  },
  {
    file: REFLECTOR,
    find: 'return { kind: "failed", error: statusError(event.object) };',
    replace: "return undefined;",
    breaks: "ERROR events are passed over",
  },
  {
    file: INITIAL_EVENTS,
    find: 'annotations[INITIAL_EVENTS_END] === "true"',
    replace: "true",
    breaks: "any annotated bookmark ends the initial list",
  },
  {
    file: REFLECTOR,
    find: "          collected = new Map();\n",
    replace: "",
    breaks: "pages of an expired list are kept",
  },
  {
    file: REFLECTOR,
    find: "    reading.collected = undefined;\n",
    replace: "",
    breaks: "events after a WatchList are never applied",
  },
  {
    file: CACHE,
    find: 'if (event.type === "DELETED") return void collected.delete(key);',
    replace: "",
    breaks: "an object that is deleted during a WatchList stays",
  },
  {
    file: CACHE,
    find: "if (!collected.has(key)) changes.push([key, undefined]);",
    replace: "",
    breaks: "what a list does not show any more stays",
  },
  {
    file: CACHE,
    find: "const replaced = before !== undefined &&",
    replace: "const replaced = before === null &&",
    breaks: "another object under the same name is MODIFIED",
  },
  {
    file: CACHE,
    find: " && known.uid === uidOfEvent(event);",
    replace: " && uidOfEvent(event) !== null;",
    breaks: "another object of the same version is taken for the old one",
  },
  {
    file: CACHE,
    find: "    if (known === undefined) return;\n",
    replace: "",
    breaks: "a DELETED of an object that is not there is delivered",
  },
  {
    file: CACHE,
    find: "one === other || one.length",
    replace: "one === other || one.length < 0 && one.length",
    breaks: "another order of fields is a change",
  },
  {
    file: STORE,
    find: "if (stored === undefined) this.#entries.delete(key);",
    replace: "if (stored === undefined) continue;",
    breaks: "deleted objects stay in the store",
  },
  {
    file: STORE,
    find: "changes.forEach(([key], at) => index.put(key, values[at] ?? []));",
    replace: "",
    breaks: "indexes are not updated",
  },
  {
    file: BUFFER,
    find: "    this.#pending.set(key, second);\n",
    replace: "",
    breaks: "what follows a deletion is lost",
  },
  {
    file: BUFFER,
    find: 'return same ? [eventAs(after, "MODIFIED")] : [before, after];',
    replace: 'return [eventAs(after, same ? "MODIFIED" : "ADDED")];',
    breaks: "the deletion of a replaced object is lost",
  },
  {
    file: SESSION,
    find: "this.#watchdog?.received();",
    replace: "",
    breaks: "events do not renew the idle timeout of an informer",
  },
  {
    file: SESSION,
    find: 'kind: isUndecodableEvent(error) ? "failed" : "lost"',
    replace: 'kind: "lost"',
    breaks: "a bad line is watched again and again",
  },
  {
    file: SESSION,
    find: 'signal.removeEventListener("abort", onAbort);',
    replace: "",
    breaks: "each watch leaves a listener on the informer's signal",
  },
  {
    file: WATCHDOG,
    find: "this.#idleSince = Math.min(this.#idleSince, now);",
    replace: "",
    breaks: "a clock that is set back stops the idle timeout",
  },
  {
    file: WATCHDOG,
    find:
      "if (!this.#isReadPending()) return this.#options.onDeadlineUnread?.();",
    replace: "",
    breaks: "a slow consumer looks like a dead connection",
  },
  {
    file: "cache/_pages.ts",
    find: "      limit = {};\n",
    replace: "",
    breaks: "an expired list is asked for in pages again",
  },
  {
    file: "cache/_pages.ts",
    find: "if (sent.has(page.continue)) throw repeatedToken();",
    replace: "if (sent.size > 1_000) throw repeatedToken();",
    breaks: "a token that is repeated is asked for again",
  },
  {
    file: "cache/_server_version.ts",
    find: "list({ limit: 1, signal })",
    replace: 'list({ limit: 1, resourceVersion: "0", signal })',
    breaks: "a cache is asked for the version of the server",
  },
  {
    file: DECODER,
    find: "this.#lastEvent()",
    replace: "this.#nextEvent()",
    breaks: "a last line without a line end is lost",
  },
  {
    file: DECODER,
    find: 'return isRecord(value) && typeof value.type === "string" &&',
    replace: "return isRecord(value) &&",
    breaks: "a line without a type is an event",
  },
  {
    file: DECODER,
    find: 'throw this.#undecodable("the line is not valid JSON", line);',
    replace: 'throw new SyntaxError("The line is not valid JSON");',
    breaks: "a bad line counts as a lost connection",
  },
  {
    file: LINES,
    find: "this.#searched = this.#end;\n      this.#isTooLong",
    replace: "this.#searched = this.#end + 1;\n      this.#isTooLong",
    breaks: "a line end at the start of a chunk is overlooked",
  },
  {
    file: LINES,
    find: "this.#searched -= this.#start;",
    replace: "",
    breaks: "line ends are overlooked once the buffer has been moved",
  },
  {
    file: "rest/_utf8_decoder.ts",
    find: "if (!text.includes(REPLACEMENT)) return text;",
    replace: "return text;",
    breaks: "bytes that are not UTF-8 are replaced in silence",
  },
  {
    file: INFORMER,
    find: "if (!this.events.locked) this.#wanted = false;",
    replace: "",
    breaks: "an event for the next reader overtakes those before it",
  },
  {
    file: INFORMER,
    find:
      "this.#wanted = false;\n    this.#streamController.enqueue(deliverable(event));",
    replace:
      "this.#wanted = false;\n    this.#streamController.enqueue(event);",
    breaks: "copies of events that are waited for lose their objects",
  },
  {
    file: INFORMER,
    find: "      this.#streamController.enqueue(deliverable(event));\n",
    replace: "      this.#streamController.enqueue(event);\n",
    breaks: "copies of buffered events lose their objects",
  },
  {
    file: INFORMER,
    find: "if (!this.#stopped) this.#scheduleResync(cache);",
    replace: "this.#scheduleResync(cache);",
    breaks: "an informer that stops while it resyncs goes on with that",
  },
  {
    file: SESSION,
    find: "if (signal.aborted) this.#end(signal.reason);",
    replace: "",
    breaks: "a stop in the moment in which the stream comes hangs",
  },
  {
    file: OBSERVED,
    find: "if (hasEnded) return;",
    replace: "",
    breaks: "a watch that is stopped ends several times for its observer",
  },
  {
    file: LIST_WATCH,
    find: "if (isCancelled) return cancelQuietly(reader);",
    replace: "",
    breaks: "a wait that its watch has ended watches on",
  },
];
