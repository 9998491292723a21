/** How alike two short texts are, by letters and by words. */

/** Share of the gap to 1 that each letter of a common prefix closes, up to four of them (Winkler 1990). */
const PREFIX_WEIGHT = 0.1;
const PREFIX_MAX = 4;
/** Less alike than this, a common prefix says nothing. */
const BOOST_ABOVE = 0.7;

/** Letters of `b` that are taken, and those of `a` that found a partner; used again by every call. */
let takenB = new Uint8Array(64);
let matchedA = new Uint8Array(64);

/**
 * Jaro similarity in [0, 1] (Jaro 1989), by UTF-16 unit: letters match within half the longer length, and those out of
 * order count half. Two empty texts are alike.
 */
function jaro(a: string, b: string): number {
  if (a === b) return 1;
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return 0;
  if (takenB.length < m) takenB = new Uint8Array(2 * m);
  if (matchedA.length < n) matchedA = new Uint8Array(2 * n);
  takenB.fill(0, 0, m);
  matchedA.fill(0, 0, n);
  const reach = Math.max(0, Math.floor(Math.max(n, m) / 2) - 1);
  let matches = 0;
  for (let i = 0; i < n; i++) {
    const code = a.charCodeAt(i);
    const until = Math.min(m, i + reach + 1);
    for (let j = Math.max(0, i - reach); j < until; j++) {
      if (takenB[j] === 1 || b.charCodeAt(j) !== code) continue;
      takenB[j] = 1;
      matchedA[i] = 1;
      matches++;
      break;
    }
  }
  if (matches === 0) return 0;
  let apart = 0;
  for (let i = 0, j = 0; i < n; i++) {
    if (matchedA[i] === 0) continue;
    while (takenB[j] === 0) j++;
    if (a.charCodeAt(i) !== b.charCodeAt(j)) apart++;
    j++;
  }
  const transposed = Math.floor(apart / 2);
  return (matches / n + matches / m + (matches - transposed) / matches) / 3;
}

/** Jaro-Winkler similarity in [0, 1]: Jaro's, raised for a common prefix. */
export function jaroWinkler(a: string, b: string): number {
  const similarity = jaro(a, b);
  if (similarity <= BOOST_ABOVE) return similarity;
  let prefix = 0;
  const most = Math.min(PREFIX_MAX, a.length, b.length);
  while (prefix < most && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix++;
  return similarity + prefix * PREFIX_WEIGHT * (1 - similarity);
}

/** Words both have, as a share of the words either has (Jaccard 1912); words are parted by single blanks. Two empty texts are alike. */
export function tokenJaccard(a: string, b: string): number {
  if (a === b) return 1;
  if (a === "" || b === "") return 0;
  const ofA = new Set(a.split(" "));
  const ofB = new Set(b.split(" "));
  let both = 0;
  for (const word of ofB) if (ofA.has(word)) both++;
  return both / (ofA.size + ofB.size - both);
}
