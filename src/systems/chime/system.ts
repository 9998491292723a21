import { listed } from "#core/operation.ts";
import type { System } from "#core/system.ts";
import { applyEdit } from "./apply-edit.ts";
import { draftHierarchy } from "./draft-hierarchy.ts";
import { exportTree } from "./export-tree.ts";
import { importOutline } from "./import-outline.ts";
import { labelPairs } from "./label-rows.ts";
import { reassess } from "./reassess.ts";
import { study } from "./study.ts";
import { trainCorrector } from "./train-corrector.ts";

/** CHIME (Hsu et al. 2024, arXiv 2407.16148): studies sorted into topic trees that experts correct. */
export const system: System = {
  id: "chime",
  parts: [
    { verb: "propose", part: "clusters of the texts", source: "src/propose/outline/local.ts" },
    { verb: "propose", part: "a language model's outline", source: "src/propose/outline/llm.ts" },
    { verb: "assess", part: "structure of the tree", source: "src/assess/tree-checks.ts" },
    {
      verb: "assess",
      part: "doubt about each placement",
      source: "src/learn/pair-corrector/risk.ts",
    },
    { verb: "assess", part: "doubt about the shape", source: "src/assess/structure-cards.ts" },
    { verb: "correct", part: "gestures on a tree", source: "src/correct/tree/gestures.ts" },
    {
      verb: "learn",
      part: "corrector of (study, category) pairs",
      source: "src/learn/pair-corrector/corrector.ts",
    },
    {
      verb: "learn",
      part: "strict and closure decoding",
      source: "src/learn/pair-corrector/decode.ts",
    },
    {
      verb: "measure",
      part: "F1 of placements, distance of trees",
      source: "src/measure/tree/pair-f1.ts",
    },
  ],
  operations: [
    listed(draftHierarchy),
    listed(applyEdit),
    listed(trainCorrector),
    listed(reassess),
    listed(exportTree),
    listed(importOutline),
    listed(labelPairs),
  ],
  study,
};
