/** Whether two requests say opposite things: then one must never be answered as the other. English. */
import { masksIn } from "#correct/utterance.ts";

const OPPOSITES: readonly (readonly [string, string])[] = (
  "accept/reject add/remove allow/block allow/deny arm/disarm before/after buy/sell close/open cold/hot connect/disconnect " +
  "cooler/warmer decrease/increase deny/grant disable/enable down/up dimmer/brighter encrypt/decrypt exclude/include " +
  "fast/slow faster/slower first/last follow/unfollow hide/show in/out install/uninstall left/right less/more like/dislike " +
  "load/unload lock/unlock login/logout lower/raise louder/quieter max/min maximum/minimum morning/evening mount/unmount " +
  "mute/unmute north/south east/west off/on pause/resume pull/push read/write start/stop subscribe/unsubscribe " +
  "today/tomorrow true/false with/without yes/no zip/unzip"
)
  .split(" ")
  .map((pair): readonly [string, string] => {
    const [a = "", b = ""] = pair.split("/");
    return [a, b];
  });

const opposites = new Map<string, Set<string>>();
for (const [a, b] of OPPOSITES)
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const)
    opposites.set(one, (opposites.get(one) ?? new Set()).add(other));

const NEGATIONS: ReadonlySet<string> = new Set(
  "no not never none nothing without cannot cant dont doesnt didnt isnt wasnt wont wouldnt shouldnt arent".split(
    " ",
  ),
);

const negations = (words: readonly string[]): number =>
  words.filter((word) => NEGATIONS.has(word)).length;

/**
 * What sets two keys apart in a way that no rewrite may cross, or undefined: a word of one whose opposite is in the
 * other ("on", "off"), a negation in one alone, other numbers or addresses.
 */
export function polarityConflict(from: string, to: string): string | undefined {
  const [a, b] = [from.split(" "), to.split(" ")];
  const [ofA, ofB] = [new Set(a), new Set(b)];
  for (const word of ofA) {
    if (ofB.has(word)) continue;
    for (const opposite of opposites.get(word) ?? [])
      if (ofB.has(opposite) && !ofA.has(opposite)) return `"${word}" against "${opposite}"`;
  }
  if (negations(a) % 2 !== negations(b) % 2) return "a negation in one of them alone";
  const [given, wanted] = [masksIn(from), masksIn(to)];
  if (given.length !== wanted.length || given.some((mask, at) => mask !== wanted[at]))
    return "other numbers or addresses";
  return undefined;
}
