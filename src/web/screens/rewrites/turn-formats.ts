/** The files that turns come in. */
export const TURN_FORMATS = [
  {
    id: "jsonl",
    title: "JSONL",
    means: "One turn a line; signals, locale and interpretation where they are known.",
    example:
      '{"userId": "u1", "ts": 1767225600000, "utterance": "play songs", "signals": {"bargeIn": true}}',
  },
  {
    id: "csv",
    title: "CSV",
    means:
      "One turn a row, its fields named in the first; a field of a signal is yes, no or empty.",
    example: "userId,ts,utterance,bargeIn",
  },
  {
    id: "chat",
    title: "Chat log",
    means: "A message a line. An assistant that apologises failed.",
    example: "[2026-01-01T09:00:00Z] u1: play songs",
  },
  {
    id: "search",
    title: "Search query log",
    means: "Each search with what was clicked: a click is success.",
    example: "user,query,time,click",
  },
  {
    id: "shell",
    title: "Shell history",
    means: "Commands with their time, and their exit code where it is known: 0 is success.",
    example: "1767225600 1 git comit",
  },
] as const;

/** The format a file's name suggests. */
export function turnFormatOf(name: string): string {
  const lower = name.toLowerCase();
  if (/quer|search/.test(lower)) return "search";
  if (/\.(csv|tsv)$/.test(lower)) return "csv";
  if (/history|\.(sh|zsh|bash|fish)$/.test(lower)) return "shell";
  if (/chat|\.(txt|log)$/.test(lower)) return "chat";
  return "jsonl";
}
