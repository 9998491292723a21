const KEY = "emend/reviewer";

/** Who reviews at this browser. Made up once, kept, and the person may give a better name. */
export function reviewer(): string {
  const kept = localStorage.getItem(KEY);
  if (kept !== null && kept !== "") return kept;
  const fresh = `reviewer-${crypto.randomUUID().slice(0, 6)}`;
  localStorage.setItem(KEY, fresh);
  return fresh;
}

export function nameReviewer(name: string): void {
  const trimmed = name.trim();
  if (trimmed !== "") localStorage.setItem(KEY, trimmed.slice(0, 100));
}
