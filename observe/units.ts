/**
 * A number of octets as people read it: "0 B", "1.5 kB", "104.9 MB", in powers of 1000.
 *
 * @param bytes The number.
 * @returns The text.
 *
 * @example A hundred megabytes
 * ```ts
 * import { formatBytes } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatBytes(100_000_000), "100.0 MB");
 * ```
 */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  let value = bytes;
  let unit = "";
  for (unit of ["kB", "MB", "GB", "TB"]) {
    value /= 1000;
    // 999.95 would be shown as 1000.0.
    if (value < 999.95) break;
  }
  return `${value.toFixed(1)} ${unit}`;
}

/**
 * A duration as people read it: milliseconds below a second, then seconds, then minutes.
 *
 * @param durationMs The duration in milliseconds.
 * @returns The text.
 *
 * @example A second and a half
 * ```ts
 * import { formatDuration } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatDuration(1500), "1.50 s");
 * ```
 */
export function formatDuration(durationMs: number): string {
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_995) return `${(durationMs / 1000).toFixed(2)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * A rate as people read it.
 *
 * @param bytes A number of octets.
 * @param durationMs How long they took, in milliseconds.
 * @returns The text.
 *
 * @example Two megabytes in two seconds
 * ```ts
 * import { formatRate } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatRate(2_000_000, 2000), "1.0 MB/s");
 * ```
 */
export function formatRate(bytes: number, durationMs: number): string {
  // Below a clock's resolution there is no rate to tell.
  return `${formatBytes(bytes * 1000 / Math.max(durationMs, 0.001))}/s`;
}
