/**
 * Which word somebody may have meant who wrote one that does not exist.
 *
 * @param word What was written.
 * @param candidates The words there are.
 * @returns The one that is closest; `null` when none is close.
 */
export function nearest(
  word: string,
  candidates: readonly string[],
): string | null {
  const [near] = candidates
    .map((name) => ({ name, distance: editDistance(name, word) }))
    .toSorted((a, b) => a.distance - b.distance);
  const isClose = near && word.length > 1 &&
    near.distance <= Math.max(1, word.length / 3);
  return isClose ? near.name : null;
}

/** How many letters must be changed, added, taken away or swapped to make one word of another (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] &&
        a[i - 2] === b[j - 1];
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
        isSwap ? before[j - 2]! + 1 : Infinity,
      );
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
