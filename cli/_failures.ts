/**
 * Failures as one line each: what is wrong, in the server's own words where it
 * answered, and what to do about it.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import { findConfigurationError } from "../api/configuration_error.ts";
import { ConnectionError } from "../api/connection_error.ts";
import { TokenTimeoutError } from "../api/_token_error.ts";
import type { StatusError } from "../api/status_error.ts";
import {
  findStatusError,
  isExpiredOrGone,
  isUnauthorized,
} from "../api/status_predicates.ts";
import {
  NO_API_SERVER,
  UnknownResourceError,
} from "./resources/unknown_resource_error.ts";
import { UnwatchableError } from "./resources/unwatchable_error.ts";
import { PlacedError, type ServerPlace } from "./_server_failure.ts";
import { tlsProblem } from "./_tls_problem.ts";
import { oneLine, truncate } from "./terminal/text.ts";

const STACK_LINE_LENGTH = 400;

/**
 * Whether the server has answered with a failure that may pass.
 *
 * @param error Anything that was thrown.
 * @returns Whether a retry makes sense, since this is the right server.
 */
export function isTemporaryAnswer(error: unknown): boolean {
  return findStatusError(error) !== undefined && !isPermanentRefusal(error);
}

/**
 * When something is tried again.
 *
 * @param delayMs How long until then.
 * @returns `"at once"`, `"in 1.5 s"`.
 */
export function inWords(delayMs: number): string {
  return delayMs < 50 ? "at once" : `in ${(delayMs / 1000).toFixed(1)} s`;
}

/**
 * Describes a failure that ends a command.
 *
 * @param error Anything that was thrown.
 * @returns One line.
 */
export function failureLine(error: unknown): string {
  return error instanceof PlacedError
    ? lineOf(error.cause, error.place)
    : lineOf(error, undefined);
}

function lineOf(error: unknown, place: ServerPlace | undefined): string {
  const isAboutResource = error instanceof UnknownResourceError ||
    error instanceof UnwatchableError;
  if (isAboutResource) {
    return oneLine(`error: ${error.message}`);
  }
  const status = findStatusError(error);
  if (status !== undefined) return oneLine(statusLine(status, place));
  if (error instanceof ConnectionError) {
    return oneLine(
      `error: ${causeText(error)}: ${connectionAdvice(error, place)}`,
    );
  }
  if (error instanceof SyntaxError) {
    return oneLine(`error: ${error.message}: ${NO_API_SERVER}`);
  }
  const configuration = findConfigurationError(error);
  if (configuration !== undefined) {
    return oneLine(
      [`error: ${configuration.message}`, settingsAdvice(place)].flat().join(
        ": ",
      ),
    );
  }
  return oneLine(`error: ${errorText(error)}`);
}

function statusLine(
  error: StatusError,
  place: ServerPlace | undefined,
): string {
  const { status, message, reason, code } = error;
  if (isUnauthorized(error)) {
    return `error: You must be logged in to the server (${message}): ${
      loginAdvice(place)
    }`;
  }
  // Only a server's own Status has metadata, not one made of another answer.
  if (status.metadata === undefined && code !== undefined && code !== 410) {
    return `error: ${[message, answerAdvice(code, place)].flat().join(": ")}`;
  }
  return `Error from server${reason ? ` (${reason})` : ""}: ${message}`;
}

/** Where the settings are that can never work. */
function settingsAdvice(place: ServerPlace | undefined): string | [] {
  return place?.context === undefined
    ? []
    : `check the settings of context ${JSON.stringify(place.context)}`;
}

function loginAdvice(place: ServerPlace | undefined): string {
  if (place === undefined) return "check --token or --token-file";
  return place.credential === undefined
    ? "no credential was sent: log in, choose a context that has one, or give --token or --token-file"
    : `${place.credential} was refused: it may have expired`;
}

/** What to do about an answer that is not a Status. */
function answerAdvice(
  code: number,
  place: ServerPlace | undefined,
): string | [] {
  if (code >= 500) return "the server or a proxy in front of it is failing";
  // A redirect's message says itself what to do.
  if (code < 400) return [];
  // What Go's HTTP server answers where it expects TLS.
  return code === 400 && place?.server.startsWith("http:")
    ? `${NO_API_SERVER}; it may have to begin with https://`
    : NO_API_SERVER;
}

function connectionAdvice(
  error: ConnectionError,
  place: ServerPlace | undefined,
): string {
  if (error instanceof TokenTimeoutError) {
    return `run what gives ${
      place?.credential ?? "the token"
    } by itself, and see what it waits for`;
  }
  switch (tlsProblem(error)) {
    case "no TLS":
      return "the server speaks no TLS; try http:// in --server";
    case "other name":
      return "the server's certificate is for another name; give that in --tls-server-name";
    case "out of date":
      return "the server's certificate has expired or is not valid yet; check the time on both sides, and renew it";
    case "untrusted":
      return "the server's certificate is not trusted; give the authority that signed it in --certificate-authority";
  }
  const { context, proxy } = place ?? {};
  const advice = context === undefined
    ? "check the address given with --server, and that the server runs"
    : `check that the server of context ${
      JSON.stringify(context)
    } runs and can be reached from here`;
  return proxy === undefined ? advice : `${advice}, by the proxy ${proxy}`;
}

/**
 * Why a watch or a list failed, in passing.
 *
 * @param error Anything that was thrown.
 * @returns A few words.
 */
export function causeText(error: unknown): string {
  const status = findStatusError(error);
  if (status !== undefined) {
    return isExpiredOrGone(status)
      ? oneLine(`the version has expired (${status.message})`)
      : oneLine(status.message);
  }
  const text = oneLine(
    errorText(error)
      // What runtimes put around the reason does not help a reader.
      .replace(/fetch failed: /i, "")
      .replace(/error sending request for url \([^)]*\): /, "")
      .replace(/client error \(Connect\): /, "")
      .replace(/tcp connect error: /, ""),
  );
  const isOurs = error instanceof ConnectionError ||
    findConfigurationError(error) !== undefined ||
    error instanceof SyntaxError;
  return isOurs ? text : `connection lost (${text})`;
}

/**
 * Where a failure came from in the code.
 *
 * @param error Anything that was thrown.
 * @returns The lines of its stack trace, and of those of its causes.
 */
export function stackTraces(error: unknown): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  let current = error;
  while (current instanceof Error && !seen.has(current)) {
    seen.add(current);
    lines.push(
      ...(current.stack ?? String(current)).split("\n").map(
        (line) => truncate(oneLine(line), STACK_LINE_LENGTH),
      ),
    );
    current = current.cause;
  }
  return lines;
}
