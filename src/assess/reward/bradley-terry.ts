/** Chance that the first of two is preferred, by the Bradley-Terry model: σ(margin). */
export const preferenceOf = (margin: number): number =>
  margin >= 0 ? 1 / (1 + Math.exp(-margin)) : Math.exp(margin) / (1 + Math.exp(margin));

/** −log σ(margin), without overflow at either end. */
export const bradleyTerryLoss = (margin: number): number =>
  Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)));

/** d loss / d margin = −σ(−margin). */
export const bradleyTerrySlope = (margin: number): number => -preferenceOf(-margin);
