/** An object without the keys that are undefined. */
export type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/**
 * Leaves out what is undefined: an option that is not given takes its default, one that is given as `undefined` is an error
 * of types (`exactOptionalPropertyTypes`).
 *
 * @param values What may be given, by name.
 * @returns What is, in the same order.
 */
export function given<T extends object>(values: T): Given<T> {
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined),
  ) as Given<T>;
}
