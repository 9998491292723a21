import { z } from "zod";
import { SystemCard } from "#core/system.ts";
import data from "./cards.json" with { type: "json" };

/** What the gallery lists: plain data, so that no system's code is loaded to show it. */
export const cards: readonly SystemCard[] = z.array(SystemCard).parse(data);
