// How the options of this library are checked, wherever they are taken: whole numbers within bounds. For all layers, but
// no part of the public interface.

/**
 * Makes sure that an option is a whole number within bounds.
 *
 * @param name What it is called.
 * @param value Its value.
 * @param min The least.
 * @param max The most.
 * @throws {RangeError} When it is not.
 */
export function checkNumber(
  name: string,
  value: number,
  min: number,
  max: number,
): void {
  checkNumberTo(`use ${name}`, "it", value, min, max);
}

/**
 * Makes sure that a number is whole and within bounds, and says what it is needed for.
 *
 * @param action What cannot be done with a wrong one.
 * @param name What it is called.
 * @param value Its value.
 * @param min The least.
 * @param max The most; as much as can be counted, if not given.
 * @throws {RangeError} When it is not.
 */
export function checkNumberTo(
  action: string,
  name: string,
  value: number,
  min: number,
  max?: number,
): void {
  const { MAX_SAFE_INTEGER } = Number;
  if (
    Number.isInteger(value) && value >= min &&
    value <= (max ?? MAX_SAFE_INTEGER)
  ) return;
  const bounds = max === undefined ? `${min} on` : `${min} to ${max}`;
  throw new RangeError(
    `Cannot ${action} as ${name} must be a whole number from ${bounds}: current value is ${value}`,
  );
}
