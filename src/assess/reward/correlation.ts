import { standardOf } from "./ensemble.ts";

/** Mean Pearson correlation of two members over the same records; null with fewer than two. */
export function correlationOf(members: readonly Float64Array[]): number | null {
  const standard = members.map(standardOf);
  let sum = 0;
  let pairs = 0;
  for (let a = 0; a < members.length; a++)
    for (let b = a + 1; b < members.length; b++) {
      const [x, y] = [members[a] as Float64Array, members[b] as Float64Array];
      const [sx, sy] = [standard[a], standard[b]];
      if (sx === undefined || sy === undefined || sx.sd === 0 || sy.sd === 0) continue;
      const together = x.reduce(
        (total, value, i) => total + (value - sx.mean) * ((y[i] as number) - sy.mean),
        0,
      );
      sum += together / (x.length * sx.sd * sy.sd);
      pairs++;
    }
  return pairs === 0 ? null : sum / pairs;
}
