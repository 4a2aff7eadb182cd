/**
 * An option with its value, if it has one: for optional properties, which cannot be `undefined`.
 *
 * @param name The name.
 * @param value The value.
 * @returns An object with that property, or an empty one.
 */
export function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined
    ? {}
    : { [name]: value } as { readonly [Key in Name]: Value };
}
