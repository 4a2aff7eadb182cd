// What becomes of the options that are not built in. Rules:
// 1. One that is registered is parsed before the handler is asked. What does not parse, or is refused by policy, is as if it
//    had not been asked for (RFC 2347): the handler is not told what it means, and no answer to it goes out.
// 2. What the client was told last counts: the response goes before `acknowledgeOption`, and both before the registered
//    answer, which is only looked for where they say nothing.
// 3. Answers are put together once, when the transfer begins; an answer that is given later is a mistake of the handler.
// 4. Whatever asks has its part in a request alone: a parser that throws harms nobody, and a `TftpError` refuses the request.

import type { TftpRequest } from "../handlers/mod.ts";
import {
  checkCustomOption,
  checkCustomOptionName,
  findOption,
  foldOptionName,
  type NegotiationPolicy,
  TftpError,
} from "../packet/mod.ts";
import type { RequestInfo } from "./events.ts";

/** An option that is not built in: what a value of it means, and what is answered. */
export interface CustomOption<Value> {
  /**
   * Reads the value that a client asks for. What it throws is taken as `undefined`, and told to `onError`; but a `TftpError`
   * refuses the request.
   *
   * @param text The value, as it came over the wire: it may be anything.
   * @param request Who asks for what.
   * @returns What it means; `undefined` when it means nothing, and the request is served as if the option had not been there.
   */
  parse(text: string, request: RequestInfo): Value | undefined;
  /**
   * Answers the option, unless the handler has. It is called when the transfer begins.
   *
   * @param value What was parsed.
   * @param request The request, as the handler got it.
   * @returns The value for the OACK; `undefined` leaves the option out of it.
   * @throws {TftpError} To refuse the request.
   */
  answer?(
    value: Value,
    request: TftpRequest,
  ): string | undefined | Promise<string | undefined>;
}

/** Options that are not built in, by name. */
export type CustomOptions<
  Values extends Record<string, unknown> = Record<string, unknown>,
> = { readonly [Name in keyof Values]: CustomOption<Values[Name]> };

/** A request of which it is known what its custom options mean; see `serve`. */
export interface TftpRequestWith<Values extends Record<string, unknown>>
  extends TftpRequest {
  /** What was asked for, and could be parsed. */
  readonly customOptions: Readonly<Partial<Values>>;
}

/** Registered options by folded name, each with its name as registered. */
export type CustomOptionTable = ReadonlyMap<
  string,
  CustomOption<unknown> & { readonly name: string }
>;

/**
 * Checks options that are to be registered.
 *
 * @throws {TypeError} When a name is that of a built-in option, is not visible ASCII, or is there twice; when there is no
 * parser.
 */
export function tableOfOptions(options: CustomOptions): CustomOptionTable {
  const table = new Map<string, CustomOption<unknown> & { name: string }>();
  for (const [name, option] of Object.entries(options)) {
    checkCustomOptionName(name);
    if (table.has(foldOptionName(name))) {
      throw new TypeError(
        `Cannot register custom option "${name}" as names must differ by more than case`,
      );
    }
    if (typeof option?.parse !== "function") {
      throw new TypeError(
        `Cannot register custom option "${name}" as parse must be a function: current value is ${option?.parse}`,
      );
    }
    table.set(foldOptionName(name), {
      name,
      parse: (text, request) => option.parse(text, request),
      answer: (value, request) => option.answer?.(value, request),
    });
  }
  return table;
}

/** What is needed to make sense of a request's options. */
export interface OptionPolicy {
  /** The options that are registered. */
  readonly customOptions: CustomOptionTable;
  /** Which options are refused. */
  readonly policy: NegotiationPolicy;
  /** Told of what a parser has thrown. */
  readonly onFault: (error: unknown) => void;
}

/** What comes of no options. */
const NONE: Readonly<Record<string, unknown>> = Object.freeze(
  Object.create(null),
);

/** The custom options of one request, and the answers to them. */
export class OptionAnswers {
  /** What parsers have made of what was asked for, by the names that were registered. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly #table: CustomOptionTable;
  /** Registered options that are as if they had not been asked for, by folded name. */
  readonly #ignored = new Set<string>();
  readonly #answers = new Map<string, string>();
  #isClosed = false;

  /**
   * Parses what was asked for.
   *
   * @throws {TftpError} What a parser has thrown to refuse the request.
   */
  constructor(request: RequestInfo, options: OptionPolicy) {
    const { customOptions, policy: { refuse = [] }, onFault } = options;
    this.#table = customOptions;
    this.values = NONE;
    if (customOptions.size === 0) return;
    // Without a prototype: an option may be called "constructor".
    const values: Record<string, unknown> = Object.create(null);
    for (const [folded, option] of customOptions) {
      const text = findOption(request.options, folded);
      if (text === undefined) continue;
      const value = refuse === "all" || refuse.includes(folded)
        ? undefined
        : parse(option, text, request, onFault);
      if (value === undefined) this.#ignored.add(folded);
      else values[option.name] = value;
    }
    this.values = Object.freeze(values);
  }

  /**
   * Answers an option.
   *
   * @throws {TypeError} When it is none that can be answered, and when it is too late.
   * @throws {RangeError} When the answer is too long.
   */
  acknowledge(name: string, value: string): void {
    checkCustomOption(name, value);
    if (this.#isClosed) {
      throw new TypeError(
        `Cannot acknowledge option "${name}" as the handler must do so before it returns or reads the body: the OACK is made`,
      );
    }
    this.#answers.set(foldOptionName(name), value);
  }

  /** Takes the answers of a response. */
  acknowledgeAll(options: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(options)) {
      this.acknowledge(name, value);
    }
  }

  /**
   * Puts all answers together, once.
   *
   * @returns The answers by folded name, to be negotiated.
   * @throws What an answer has thrown.
   */
  async collect(request: TftpRequest): Promise<ReadonlyMap<string, string>> {
    this.#isClosed = true;
    for (const [folded, { name, answer }] of this.#table) {
      const value = this.values[name];
      if (value === undefined || this.#answers.has(folded)) continue;
      const text = await answer!(value, request);
      if (text === undefined) continue;
      checkCustomOption(name, text);
      this.#answers.set(folded, text);
    }
    for (const folded of this.#ignored) this.#answers.delete(folded);
    return this.#answers;
  }
}

function parse(
  option: CustomOption<unknown>,
  text: string,
  request: RequestInfo,
  onFault: (error: unknown) => void,
): unknown {
  try {
    return option.parse(text, request);
  } catch (error) {
    if (error instanceof TftpError) throw error;
    onFault(error);
    return undefined;
  }
}
