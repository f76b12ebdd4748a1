/**
 * What is wrong with the TLS connection to a server, as far as the runtime's
 * error says.
 *
 * @module
 */

/** A problem that has a remedy on the command line. */
export type TlsProblem =
  /** The server answered in plain text. */
  | "no TLS"
  /** The server's certificate is for another name. */
  | "other name"
  /** The server's certificate has expired, or is not valid yet. */
  | "out of date"
  /** The server's certificate was not signed by a trusted authority. */
  | "untrusted";

/** The codes of Node and Bun. */
const PROBLEM_OF_CODE: ReadonlyMap<unknown, TlsProblem> = new Map([
  ["ERR_SSL_WRONG_VERSION_NUMBER", "no TLS"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "other name"],
  ["CERT_HAS_EXPIRED", "out of date"],
  ["CERT_NOT_YET_VALID", "out of date"],
  ["CERT_UNTRUSTED", "untrusted"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "untrusted"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "untrusted"],
  ["UNABLE_TO_GET_ISSUER_CERT", "untrusted"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "untrusted"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "untrusted"],
]);

/** How rustls puts it: Deno's errors have no code. */
const PROBLEM_OF_WORDS: readonly [string, TlsProblem][] = [
  ["received corrupt message", "no TLS"],
  ["certificate not valid for name", "other name"],
  ["NotValidForName", "other name"],
  ["certificate expired", "out of date"],
  ["certificate not valid yet", "out of date"],
  ["invalid peer certificate", "untrusted"],
];

/**
 * Returns what is wrong with a TLS connection.
 *
 * @param error The error of a connection. Its causes tell, not its message.
 * @returns The problem; undefined if it is none of these.
 */
export function tlsProblem(error: Error): TlsProblem | undefined {
  const seen = new Set<unknown>();
  let current = error.cause;
  while (current instanceof Error && !seen.has(current)) {
    seen.add(current);
    const code = "code" in current ? current.code : undefined;
    const problem = code === undefined
      ? problemOfWords(current.message)
      : PROBLEM_OF_CODE.get(code);
    if (problem !== undefined) return problem;
    current = current.cause;
  }
  return undefined;
}

function problemOfWords(message: string): TlsProblem | undefined {
  return PROBLEM_OF_WORDS.find(([words]) => message.includes(words))?.[1];
}
