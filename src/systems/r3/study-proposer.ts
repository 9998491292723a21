import { studyEndpoint } from "#propose/endpoint-from-env.ts";
import { llmReviser } from "#propose/revise/llm.ts";
import type { EditProposer } from "#propose/revise/proposer.ts";
import { localProposers } from "#propose/revise/proposers.ts";

/** Who proposes in the study: a language model where the environment asks for one, else the local proposers. */
export async function studyProposers(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly title: string; readonly proposers: readonly EditProposer[] }> {
  const endpoint = studyEndpoint(env);
  if (endpoint !== undefined) return { title: endpoint.model, proposers: [llmReviser(endpoint)] };
  const proposers = await localProposers({ careless: true });
  return { title: proposers.map(({ source }) => source).join(", "), proposers };
}
