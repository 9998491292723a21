import type { Command } from "commander";
import { cards } from "#systems/registry.ts";
import { print, printJson, table } from "./output.ts";

export const addSystems = (program: Command): Command =>
  program
    .command("systems")
    .description("list the published systems: which work, which are planned")
    .option("--json", "print [{id, family, title, status}] as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  emend systems --json | jq '.[] | select(.status == \"works\")'",
    )
    .action((options: { json?: boolean }) => {
      if (options.json) {
        printJson(cards.map(({ id, family, title, status }) => ({ id, family, title, status })));
        return;
      }
      print(
        table(
          ["system", "family", "status", "loop"],
          cards.map(({ id, family, status, loop }) => [id, family, status, loop]),
        ),
      );
      const works = cards.filter((card) => card.status === "works").length;
      print(`\n${works} of ${cards.length} work; the others are planned.`);
    });
