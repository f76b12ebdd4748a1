/**
 * Parses the body of a list response while it comes: so that a large list does
 * not hold the event loop, and its body need not be kept beside its items.
 *
 * A list that is not written in the way of an API server up to its items is
 * parsed as a whole.
 *
 * @module
 */

import type { ItemsAhead } from "../api/_lazy_items_option.ts";
import { isList, setItemTypes } from "./_item_types.ts";
import { ItemWalk, type NotWalked, type Reading } from "./_item_walk.ts";
import { ListItems } from "./_list_items.ts";
import { deleteManagedFields } from "./_managed_fields.ts";
import {
  badItem,
  notExpected,
  notJson,
  parseBody,
  type ResponseBody,
  tooLongToDecode,
} from "./_response_body.ts";
import { ResponseTooLargeError } from "../api/response_too_large_error.ts";
import type { KubernetesList, KubernetesObject } from "../api/types.ts";

/**
 * Options for {@linkcode ListParser}.
 *
 * @typeParam T Type of the items.
 */
export interface ParseListOptions<T extends KubernetesObject> {
  /** Whether items come without `metadata.managedFields`. */
  dropManagedFields?: boolean | undefined;
  /**
   * Takes the items ahead of the list. If they are only parsed when they are
   * looked at, what is wrong deep inside one of them is found out at the look.
   */
  ahead?: ItemsAhead<T> | undefined;
}

/**
 * Parses the body of one list response, and sets the `apiVersion` and `kind` of
 * its items with `setItemTypes`.
 *
 * @typeParam T Type of the items.
 */
export class ListParser<T extends KubernetesObject> {
  readonly #options: ParseListOptions<T>;
  #reading: Reading<KubernetesList<T> | NotWalked> | undefined;
  /** How many bytes do not suffice to go on. */
  #tooFew = 0;
  #outcome: KubernetesList<T> | NotWalked | ResponseTooLargeError | undefined;

  /**
   * Prepares for a body.
   *
   * @param options What to leave out, and who takes the items.
   */
  constructor(options: ParseListOptions<T> = {}) {
    this.#options = options;
  }

  /**
   * Takes the items that have come, and releases their bytes. What is wrong with
   * them is found out at the end.
   *
   * @param body What there is of the body.
   */
  take(body: ResponseBody): void {
    while (this.#outcome === undefined && this.#tooFew < body.bytes.length) {
      this.#step(body);
    }
  }

  /**
   * Parses what is left.
   *
   * @param body The complete body. Its bytes are those which `take` was called
   *   with, if it was.
   * @returns The list.
   * @throws {SyntaxError} If the body is not JSON.
   * @throws {ResponseTooLargeError} If what has to be decoded at once is longer
   *   than a string can be.
   * @throws {TypeError} If it is not a list.
   */
  finish(body: ResponseBody): KubernetesList<T> {
    while (this.#outcome === undefined) this.#step(body);
    switch (this.#outcome) {
      case "whole":
        return this.#completed(parseBody(body, isList<T>, "list"));
      case "malformed":
        throw notJson(body);
      case "unexpected":
        throw notExpected(body, "list");
    }
    if (this.#outcome instanceof ResponseTooLargeError) throw this.#outcome;
    return this.#outcome;
  }

  #step(body: ResponseBody): void {
    const reading = this.#reading ??= this.#walk(body);
    try {
      const { done, value } = reading.next();
      if (done) this.#outcome = value;
      else this.#tooFew = value;
    } catch (cause) {
      // Only a runtime's limit on the length of a string can be the reason.
      this.#outcome = tooLongToDecode(body, cause);
    }
  }

  *#walk(body: ResponseBody): Reading<KubernetesList<T> | NotWalked> {
    const { bytes, parse, request, redactor } = body;
    const { dropManagedFields = false, ahead } = this.#options;
    // Items keep it, so it keeps nothing of the body.
    const named = { request, redactor };
    const items = new ListItems<T>({
      parse,
      error: (text, identity) => badItem(named, text, identity),
      lazily: ahead?.lazily ?? false,
      dropManagedFields,
      ahead,
    });
    const walked = yield* new ItemWalk(bytes, parse, items).run();
    if (typeof walked === "string") return walked;
    const { list, hasOtherItems } = walked;
    if (!hasOtherItems) return items.of(list) ?? "unexpected";
    // Those that do not count may have been taken ahead.
    return items.wereTakenAhead || !isList<T>(list)
      ? "unexpected"
      : this.#completed(list);
  }

  /** A list whose items were parsed with it. */
  #completed(list: KubernetesList<T>): KubernetesList<T> {
    list.items ??= [];
    if (this.#options.dropManagedFields) {
      list.items.forEach(deleteManagedFields);
    }
    setItemTypes(list);
    return list;
  }
}
