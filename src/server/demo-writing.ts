/** The writing project of the demo: two short pieces with the slips of a first draft in them. */
import { ItemId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { createDocument, type NewDocument } from "./runtime/documents.ts";
import type { Host } from "./runtime/host.ts";

const NAME = "Writing";

const LIGHTHOUSE = `The lighthouse keeper's day began at four in the afternoon, which suprised every visitor who had imagined him asleep until dark. In order to light the lamp at dusk he had to climb the two hundred and six steps, wipe the salt of the panes and wind the clockwork, and at his age each of these took a little longer then it used to.

He kept a log. Most of the entries are about the wind, and a large number of them say no more than that it was there. But however plain they are, you begin to hear a voice in them after a while. "Gale from the west. Lost a shutter." The next day: "Found shutter." He never wrote about being lonely, due to the fact that nobody had ever asked him to.

When the lamp was finally made automatic, the harbour comission offered him a cottage in the village. He recieved the letter in March and answered it in June. He would be happy to come down, he wrote, as soon as somebody could tell him who was going to wipe the panes. There is a camera on the gallery now. It has been blind on it's western side since the first winter, and at this point in time nobody has went up to see why.`;

const NOTES = `# Notes for new members of the garden

Welcome! Before you pick up a spade, please read this page; it is short, and it answers the questions that we get asked most.

## Water

The tank by the shed fills from the roof. In the event that it is empty, use the tap, but only before nine in the morning. Please don't leave hoses lying accross the path: last summer a neighbour tripped over one and hurt her knee.

## Tools

All tools live in the shed. Each and every one of them has a hook with it's name written underneath. If you break something, write it in the book, and the comittee will replace it. It is important to note that nobody will be angry.

## What grows where

Beds 1 to 12 belong to the members who look after them. The long bed along the wall is for all of us, and its usually planted with beans, peas and whatever else came up in a meeting. Herbs may be picked by anyone, at all times, for there own kitchen.

We meet on the first Sunday of the month at 10:00. Bring gloves. Write to garden@example.org if you cannot come.`;

const documents: readonly (NewDocument & { readonly id: string })[] = [
  { id: "lighthouse", title: "The keeper of the log", text: LIGHTHOUSE },
  { id: "garden", title: "Notes for new members", text: NOTES, format: "markdown" },
];

/** Makes what is not there yet of the project and its documents; their edits follow. */
export async function demoWriting(host: Host): Promise<void> {
  const config = ProjectConfig.parse({
    name: NAME,
    task: { kind: "text", schema: { language: "en" } },
    assess: { system: "r3" },
  });
  const { id } = (await host.store.projectByName(NAME)) ?? (await host.store.createProject(config));
  const there = new Set((await host.store.documents(id)).map((document) => document.id));
  for (const { id: name, ...document } of documents) {
    const documentId = ItemId.parse(name);
    if (!there.has(documentId)) await createDocument(host, id, document, documentId);
  }
  host.live.publish({ kind: "project-changed", projectId: id });
}
