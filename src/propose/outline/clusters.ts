import { assert } from "#core/assert.ts";

/**
 * Average-linkage clustering (UPGMA) cut at `count` clusters: the two clusters most alike on average
 * are merged until so many are left. `similarity`: [n · n], symmetric; ties by place. Clusters are in
 * the order of their first member.
 */
export function averageLinkage(
  similarity: ArrayLike<number>,
  { n, count }: { readonly n: number; readonly count: number },
): number[][] {
  assert(
    similarity.length === n * n && count > 0,
    "a similarity for each two, and clusters wanted",
  );
  const clusters: (number[] | undefined)[] = Array.from({ length: n }, (_, i) => [i]);
  const alike = Float64Array.from(similarity);
  for (let left = n; left > count; left--) {
    let [best, a, b] = [Number.NEGATIVE_INFINITY, 0, 0];
    for (let i = 0; i < n; i++) {
      if (clusters[i] === undefined) continue;
      for (let j = i + 1; j < n; j++)
        if (clusters[j] !== undefined && (alike[i * n + j] as number) > best)
          [best, a, b] = [alike[i * n + j] as number, i, j];
    }
    const [one, other] = [clusters[a] ?? [], clusters[b] ?? []];
    const size = one.length + other.length;
    for (let k = 0; k < n; k++) {
      // Lance and Williams (1967): the mean over both, weighted by their sizes.
      const mean =
        ((alike[a * n + k] as number) * one.length + (alike[b * n + k] as number) * other.length) /
        size;
      alike[a * n + k] = mean;
      alike[k * n + a] = mean;
    }
    clusters[a] = [...one, ...other].sort((x, y) => x - y);
    clusters[b] = undefined;
  }
  return clusters.filter((cluster) => cluster !== undefined);
}
