import type { Command } from "commander";

export const addBackup = (program: Command): Command => program;
