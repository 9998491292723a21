import { mergePapers } from "#assess/papers/merge.ts";
import { resolvePaper, titleIndex } from "#assess/papers/resolve.ts";
import { rngOf } from "#core/rng.ts";
import { type PaperFormat, readPapers } from "#formats/papers/read.ts";
import { writePapers } from "#formats/papers/write.ts";
import { blocksOf, pageHtml, pageText, paperPage } from "#worlds/corpora/paper-pages.ts";
import { type Bench, type Figure, inSeconds, mustHold, repeat } from "./harness.ts";

const PAPERS = 10_000;
const ROUNDS = 3;
const IMPORT_SECONDS_MAX = 10;
const TITLES = 42;

async function run(log: (line: string) => void): Promise<Figure[]> {
  const page = paperPage(rngOf("papers-bench"), PAPERS);
  const listed = pageText(blocksOf(page));
  const { papers } = readPapers(listed);
  const texts: readonly (readonly [PaperFormat, string])[] = [
    ["list-page", listed],
    ["list-html", pageHtml(page)],
    ["bibtex", writePapers(papers, "bibtex").text],
    ["ris", writePapers(papers, "ris").text],
    ["markdown", writePapers(papers, "markdown").text],
    ["json", writePapers(papers, "json").text],
  ];
  const figures: Figure[] = [];
  for (const [format, text] of texts) {
    log(format);
    const times = await repeat(() => {
      const read = readPapers(text);
      mustHold(read.format === format, `${format} is known as such (was ${read.format})`);
      mustHold(read.papers.length === PAPERS, `${PAPERS} papers are read as ${format}`);
    }, ROUNDS);
    figures.push({
      what: `${PAPERS.toLocaleString("en")} papers read as ${format} (${Math.round(text.length / 1e6)} MB)`,
      ...inSeconds(times),
      unit: "s",
      better: "less",
      target: IMPORT_SECONDS_MAX,
    });
  }
  const merging = await repeat(() => {
    const { added, merged } = mergePapers(papers, papers);
    mustHold(added.length + merged.length === PAPERS, "every paper is added or merged");
  }, ROUNDS);
  const index = titleIndex(papers);
  const resolving = await repeat(() => {
    for (const paper of papers.slice(0, TITLES)) resolvePaper(paper, index);
  }, ROUNDS);
  return [
    ...figures,
    {
      what: `${PAPERS.toLocaleString("en")} papers merged into as many`,
      ...inSeconds(merging),
      unit: "s",
      better: "less",
    },
    {
      what: `${TITLES} titles resolved among ${PAPERS.toLocaleString("en")}`,
      ...inSeconds(resolving),
      unit: "s",
      better: "less",
    },
  ];
}

export const bench: Bench = {
  name: "papers",
  about: `${PAPERS.toLocaleString("en")} papers of our own texts, read in the formats people have them in, merged and resolved`,
  run,
};
