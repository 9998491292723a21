import { z } from "zod";
import { TEXT_CHARS_MAX } from "#assess/reward/pair-row.ts";
import { Problem } from "#core/errors.ts";

const text = z.string().max(TEXT_CHARS_MAX);

/** Which of two outputs is better. In files 1 or 2, or 0 or 1 (`codingOf` tells); 1.5 and null are ties. */
const Preference = z.union([z.literal(0), z.literal(1), z.literal(1.5), z.literal(2), z.null()], {
  error: "1 or 2, the better output (or 0 or 1 throughout), 1.5 or null for a tie",
});

/** One comparison as AlpacaFarm and alpaca_eval write it. */
export const FarmRow = z.strictObject({
  instruction: text.min(1),
  input: text.optional(),
  output_1: text,
  output_2: text,
  preference: Preference.optional(),
  annotator: z.string().min(1).optional().describe("who said so"),
  generator_1: z.string().min(1).optional().describe("what wrote the first output"),
  generator_2: z.string().min(1).optional(),
  worth_1: z.number().optional().describe("the first output's score by a reward model of yours"),
  worth_2: z.number().optional(),
  split: z.string().optional(),
});
export type FarmRow = z.infer<typeof FarmRow>;

/** Share of wins of the second output: 1, 0, or 0.5 for a tie. */
export type SecondWins = 0 | 0.5 | 1;

export interface Coded {
  /** [rows] undefined where nobody said anything. */
  readonly secondWins: readonly (SecondWins | undefined)[];
  /** What a person should know of how the file was read. */
  readonly note: string | null;
}

/**
 * Reads the preferences of a file. Files that say 0 somewhere and 2 nowhere count from 0; a file
 * with both is no coding at all.
 *
 * @throws Problem `bad-input` at the first row that contradicts an earlier one.
 */
export function codingOf(rows: readonly FarmRow[]): Coded {
  const zero = rows.findIndex(({ preference }) => preference === 0);
  const two = rows.findIndex(({ preference }) => preference === 2);
  if (zero >= 0 && two >= 0) {
    const row = Math.max(zero, two);
    throw new Problem("bad-input", "Preferences are coded in two ways", {
      at: { row, field: "preference" },
      expected: "1 and 2 in every row, or 0 and 1 in every row",
      got: String(rows[row]?.preference),
    });
  }
  const second = zero >= 0 ? 1 : 2;
  return {
    secondWins: rows.map(({ preference }) =>
      preference === undefined
        ? undefined
        : preference === null || preference === 1.5
          ? 0.5
          : preference === second
            ? 1
            : 0,
    ),
    note: zero >= 0 ? "Preferences were read as 0 for the first output and 1 for the second" : null,
  };
}

/** An instruction as it is told apart from others: with its input. */
export const questionOf = ({ instruction, input = "" }: FarmRow): string =>
  JSON.stringify([instruction, input]);
