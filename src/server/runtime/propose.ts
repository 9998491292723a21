import type { ItemId } from "#core/ids.ts";
import type { Project } from "#core/project.ts";
import type { Proposal } from "#core/proposal.ts";
import type { ItemRow } from "#store/store.ts";
import type { Host } from "./host.ts";
