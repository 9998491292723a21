import { expect, test } from "vitest";
import { compileRules } from "#propose/rules.ts";
import { mailRules } from "./mail-rules.ts";
import { loadMails } from "./spam-assassin.ts";

test("fourteen rules, each of one label, with a sentence; each covers 5 to 41 % and is right 63 % of the time or more", async () => {
  const [rules, mails] = await Promise.all([mailRules(), loadMails()]);
  expect(rules).toHaveLength(14);
  expect(rules.every(({ because }) => because !== undefined)).toBe(true);
  const compiled = compileRules(rules);
  const fired = new Float64Array(rules.length);
  const right = new Float64Array(rules.length);
  for (const { input, gold } of mails)
    for (const [r, label] of compiled.fires(input).entries()) {
      if (label === null) continue;
      fired[r] = (fired[r] ?? 0) + 1;
      if (label === gold) right[r] = (right[r] ?? 0) + 1;
    }
  for (const [r, { id }] of rules.entries()) {
    const coverage = (fired[r] ?? 0) / mails.length;
    const accuracy = (right[r] ?? 0) / (fired[r] ?? 0);
    expect.soft(coverage, `${id} coverage`).toBeGreaterThan(0.05);
    expect.soft(coverage, `${id} coverage`).toBeLessThan(0.41);
    expect.soft(accuracy, `${id} accuracy`).toBeGreaterThan(0.63);
  }
});
