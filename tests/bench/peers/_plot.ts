/**
 * A curve as a small drawing (SVG): the horizontal axis is logarithmic, the vertical one begins at nought.
 *
 * @module
 */

import { round } from "../../_measured.ts";

const WIDTH = 480;
const HEIGHT = 240;
const LEFT = 64;
const RIGHT = 24;
const TOP = 32;
const BOTTOM = 44;

/** What to draw. */
export interface Plot {
  readonly title: string;
  readonly unit: string;
  /** Sizes that grow, and what was measured. */
  readonly points: readonly (readonly [number, number])[];
}

/** Draws it. Colours are those of whoever looks at it, in light and in darkness. */
export function draw({ title, unit, points }: Plot): string {
  const logs = points.map(([size]) => Math.log10(size));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const top = 1.2 * Math.max(...points.map(([, value]) => value));
  const x = (size: number) =>
    LEFT +
    (Math.log10(size) - low) / (high - low || 1) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) =>
    HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
  const dots = points.map(([size, value]) =>
    `  <circle cx="${x(size).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3"/>
  <text x="${x(size).toFixed(1)}" y="${
      (y(value) - 8).toFixed(1)
    }" text-anchor="middle">${round(value)}</text>
  <text x="${x(size).toFixed(1)}" y="${
      HEIGHT - BOTTOM + 18
    }" text-anchor="middle">${short(size)}</text>`
  );
  const path = points.map(([size, value]) =>
    `${x(size).toFixed(1)},${y(value).toFixed(1)}`
  ).join(" ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<title>${title}: ${unit}</title>
<style>:root { color: #24292f } @media (prefers-color-scheme: dark) { :root { color: #d0d7de } }</style>
<g fill="currentColor">
  <text x="${LEFT}" y="18">${unit}</text>
  <text x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">${title}</text>
${dots.join("\n")}
</g>
<g fill="none" stroke="currentColor">
  <path d="M${LEFT - 16} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 8}" opacity="0.5"/>
  <polyline points="${path}"/>
</g>
</svg>
`;
}

/** 4,096 as 4 Ki where it is a power of two, otherwise 10,000 as 10 k. */
function short(value: number): string {
  if (value < 1000) return String(value);
  const [base, units] = Number.isInteger(Math.log2(value))
    ? [1024, ["Ki", "Mi", "Gi", "Ti"]] as const
    : [1000, ["k", "M", "G", "T"]] as const;
  let power = -1;
  while (value >= base && power < 3) {
    value /= base;
    power++;
  }
  return `${value} ${units[power]}`;
}
