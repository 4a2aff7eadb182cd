import {
  checkCustomOption,
  findOption,
  foldOptionName,
  type OptionChecks,
  type OptionList,
} from "../packet/mod.ts";

/** An option that is not built in, as a client asks for it. */
export interface CustomOptionWish {
  /** What to ask for. */
  readonly value: string;
  /**
   * Says whether a server's answer is good. One that is not is refused with ERROR 8, as RFC 2347 says of wrong answers; then
   * the request goes out without options, unless `fallback` is off. What it throws ends the transfer.
   *
   * @param answer The value of the OACK: it may be anything.
   * @returns Whether to go on.
   * @default {every answer is good}
   */
  accept?(answer: string): boolean;
}

/** Custom options, checked. */
export interface CustomOptionPlan {
  /** What goes into the request. */
  readonly asked: OptionList;
  /** Which answers are good. */
  readonly checks: OptionChecks;
}

/**
 * Checks custom options, and splits them into what is asked for and what is expected.
 *
 * @throws {TypeError} When a name is that of a built-in option, or a name or value cannot be put into a packet.
 * @throws {RangeError} When name and value are too long.
 */
export function planCustomOptions(
  wishes: Readonly<Record<string, string | CustomOptionWish>>,
): CustomOptionPlan {
  const asked: [string, string][] = [];
  const checks = new Map<string, (answer: string) => boolean>();
  for (const [name, given] of Object.entries(wishes)) {
    const wish = typeof given === "string" ? { value: given } : given;
    checkCustomOption(name, wish.value);
    asked.push([name, wish.value]);
    if (wish.accept) {
      checks.set(foldOptionName(name), (answer) => wish.accept!(answer));
    }
  }
  return { asked, checks };
}

/** What a server has answered to custom options, by the names that they were asked for with. */
export function customAnswers(
  { asked }: CustomOptionPlan,
  acknowledged: OptionList | null,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    asked.flatMap(([name]) => {
      const answer = findOption(acknowledged ?? [], name);
      return answer === undefined ? [] : [[name, answer]];
    }),
  );
}
