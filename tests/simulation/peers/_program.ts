/**
 * The frame of a peer's program in JavaScript: reads commands, writes messages.
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import type { PeerCommand, PeerReport, Versions } from "./_messages.ts";

/** Where the objects are. */
export interface Place {
  /** The URL of the server. */
  readonly server: string;
  /** The namespace. */
  readonly namespace: string;
}

/** Reports an event, a list and so on. */
export type Report = (message: PeerReport) => void;

/** A consumer that has been started. */
export interface Consumer {
  /** Returns what its cache holds; undefined if it has none. */
  cache(): Versions | undefined;
  /** Stops it. */
  stop(): void;
}

/** Starts a consumer. */
export type StartConsumer = (place: Place, report: Report) => Consumer;

/**
 * Runs the consumers of one peer until standard input ends.
 *
 * @param start Starts a consumer.
 */
export async function runProgram(start: StartConsumer): Promise<void> {
  const consumers = new Map<number, Consumer>();
  process.stdout.write(`${JSON.stringify({ type: "ready" })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const command: PeerCommand = JSON.parse(line);
    const { seed } = command;
    const report: Report = (message) =>
      void process.stdout.write(`${JSON.stringify({ seed, ...message })}\n`);
    if (command.type === "start") {
      consumers.set(seed, start(command, report));
      continue;
    }
    const consumer = consumers.get(seed);
    report({ type: "cache", objects: consumer?.cache() });
    consumer?.stop();
    consumers.delete(seed);
  }
  // What a peer keeps open must not keep the program alive.
  process.exit();
}

/** The part of an object that the account needs. */
export interface Identified {
  /** Its metadata. */
  readonly metadata?: {
    readonly name?: string | undefined;
    readonly uid?: string | undefined;
    readonly resourceVersion?: string | undefined;
  } | undefined;
}

/**
 * Returns which state an object is.
 *
 * @param object The object.
 * @returns The name, the UID and the version, empty where they are missing.
 */
export function identityOf(
  object: Identified,
): { name: string; uid: string; version: string } {
  const { name = "", uid = "", resourceVersion = "" } = object.metadata ?? {};
  return { name, uid, version: resourceVersion };
}

/**
 * Returns the versions of objects by their names.
 *
 * @param objects The objects.
 * @returns The versions.
 */
export function versionsOf(objects: Iterable<Identified>): Versions {
  return Object.fromEntries(
    Array.from(objects, identityOf).map(({ name, version }) => [name, version]),
  );
}

/**
 * Waits.
 *
 * @param ms How long.
 */
export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
