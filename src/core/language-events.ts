import { z } from "zod";
import { TrainingPoint, TrainingState } from "./comparison-views.ts";
import { ProjectId } from "./ids.ts";

/** What the screens of the language lab are told as it happens. */
export const LanguageEvents = [
  z.strictObject({ kind: z.literal("comparisons-changed"), projectId: ProjectId }),
  z.strictObject({
    kind: z.literal("training"),
    projectId: ProjectId,
    runId: z.string(),
    state: TrainingState,
    step: z.int(),
    /** Those made since the last event. */
    points: z.array(TrainingPoint),
  }),
] as const;
