/** Turns each row of `logits` [n, k] into probabilities, in place. Safe for large logits. */
export function softmaxInPlace(logits: Float32Array | Float64Array, k: number): void {
  for (let start = 0; start < logits.length; start += k) {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < k; c++) top = Math.max(top, logits[start + c] as number);
    let total = 0;
    for (let c = 0; c < k; c++) {
      const value = Math.exp((logits[start + c] as number) - top);
      logits[start + c] = value;
      total += value;
    }
    for (let c = 0; c < k; c++) logits[start + c] = (logits[start + c] as number) / total;
  }
}

/** Probabilities [n, k] of logits [n, k]: a copy. */
export function softmax(logits: Float32Array, k: number): Float32Array {
  const probabilities = logits.slice();
  softmaxInPlace(probabilities, k);
  return probabilities;
}

/** Log-probabilities [n, k], nats, of logits [n, k], float64. */
export function logSoftmax(logits: ArrayLike<number>, k: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += k) {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < k; c++) top = Math.max(top, logits[start + c] as number);
    let total = 0;
    for (let c = 0; c < k; c++) total += Math.exp((logits[start + c] as number) - top);
    const logTotal = top + Math.log(total);
    for (let c = 0; c < k; c++) out[start + c] = (logits[start + c] as number) - logTotal;
  }
  return out;
}
