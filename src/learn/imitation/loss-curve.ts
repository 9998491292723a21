/** Points of a curve that is given back. */
const POINTS = 50;

/** [up to 50] means of stretches of equal length; the values themselves where there are few. */
export function lossCurve(losses: Float64Array): number[] {
  const count = Math.min(POINTS, losses.length);
  return Array.from({ length: count }, (_, i) => {
    const stretch = losses.subarray(
      Math.floor((i * losses.length) / count),
      Math.floor(((i + 1) * losses.length) / count),
    );
    return stretch.reduce((sum, loss) => sum + loss, 0) / stretch.length;
  });
}
