import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { rngOf } from "#core/rng.ts";
import { readPapers } from "#formats/papers/read.ts";
import { DAMAGE, DAMAGE_NAMES, parserStudy } from "#worlds/corpora/paper-damage.ts";
import { blocksOf, pageText, paperPage } from "#worlds/corpora/paper-pages.ts";

import { addPapers } from "./papers.ts";

const read = (text: string) => readPapers(text, { pageYear: 2025 });

describe("saved pages, damaged in every way there is", () => {
  const { total, byDamage } = parserStudy(read, rngOf(20_250_312), {
    pages: DAMAGE_NAMES.length * 3,
    papersPerPage: 20,
  });

  test("at least 99 in 100 papers come back with title and abstract, letter by letter", () => {
    expect(total.papers).toBeGreaterThan(900);
    expect(total.recovered / total.papers).toBeGreaterThanOrEqual(0.99);
  });

  test("no pair that is none goes without a warning, nor does a field", () => {
    expect([total.silent, total.silentFields]).toEqual([0, 0]);
  });

  test.each(["none", "crlf", "html", "missing-trailers", "translated-months"])(
    "%s: every paper comes back",
    (name) => {
      expect(byDamage[name]?.recovered).toBe(byDamage[name]?.papers);
    },
  );
});

describe("a page of the make-up of a real one", () => {
  // 42 papers; one without trailer, one of an organisation, 10 with comments, 10 dates without year.
  const [untrailed, organised] = [16, 30];
  const drawn = paperPage(rngOf(42), 42);
  const papers = drawn.papers.map(({ title, abstract }, i) => {
    if (i === untrailed) return { title, abstract };
    const who =
      i === organised
        ? { organisation: { slug: "northwind", name: "NORTHWIND" } }
        : { authorCount: i === 3 ? 51 : 1 + (i % 9) };
    const publishedAt = i < 10 ? `2025-0${1 + (i % 3)}-14` : `${2019 + (i % 6)}-10-0${1 + (i % 9)}`;
    return { title, abstract, ...who, publishedAt, ...(i % 4 === 0 && { comments: 1 + (i % 5) }) };
  });
  const text = pageText(blocksOf({ papers, date: "2025-12-12" }));
  const found = readPapers(text).papers;
  const count = (is: (paper: (typeof found)[number]) => boolean) => found.filter(is).length;

  test("gives 42 papers, 41 of them with a trailer, each as it was printed", () => {
    expect(found.map(({ title }) => title)).toEqual(papers.map(({ title }) => title));
    const kinds = ({ warnings }: (typeof found)[number]) => warnings.map(({ kind }) => kind);
    expect(count((paper) => kinds(paper).includes("missing-trailer"))).toBe(1);
    expect(kinds(found[untrailed] as (typeof found)[number])).toContain("missing-trailer");
    const authors = found.flatMap(({ authorCount }) => authorCount ?? []);
    expect([authors.length, Math.min(...authors), Math.max(...authors)]).toEqual([40, 1, 51]);
    expect(count(({ organisation }) => organisation?.slug === "northwind")).toBe(1);
    expect(count(({ comments }) => comments !== undefined)).toBe(10);
    expect(count((paper) => kinds(paper).includes("year-inferred"))).toBe(10);
    expect(count(({ publishedAt }) => publishedAt?.startsWith("2025") === true)).toBe(10);
    expect(count((paper) => kinds(paper).includes("odd-pairing"))).toBe(0);
  });

  test("strips the full stop after an address in an abstract", () => {
    const links = found.flatMap((paper) => paper.links);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(link).toMatch(/[a-z0-9]$/);
  });
});

describe("the study itself", () => {
  test("counts a reader that mixes up its abstracts as silently wrong", () => {
    const shifted = (text: string) => {
      const { papers } = read(text);
      return {
        papers: papers.map((paper, i) => ({ ...paper, abstract: papers[i - 1]?.abstract ?? "" })),
      };
    };
    const { total } = parserStudy(shifted, rngOf(1), {
      pages: 1,
      papersPerPage: 10,
      damage: ["none"],
    });
    expect(total).toMatchObject({ papers: 10, recovered: 0, mispaired: 10, silent: 10 });
  });

  test("counts a reader that finds nothing as having found nothing", () => {
    const { total } = parserStudy(() => ({ papers: [] }), rngOf(1), { pages: 1, papersPerPage: 5 });
    expect(total).toEqual({ papers: 5, recovered: 0, mispaired: 0, silent: 0, silentFields: 0 });
  });

  test("same seed, same pages; another seed, others", () => {
    const text = (seed: number) => pageText(blocksOf(paperPage(rngOf(seed), 3)));
    expect(text(1)).toBe(text(1));
    expect(text(2)).not.toBe(text(1));
  });

  test("pages keep to the lengths of real ones, and every damage but none changes the text", () => {
    const page = paperPage(rngOf(3), 42);
    for (const { title, abstract } of page.papers) {
      expect(title.length).toBeLessThanOrEqual(165);
      expect(abstract.length).toBeGreaterThanOrEqual(1_379);
      expect(abstract.length).toBeLessThanOrEqual(1_920);
    }
    const whole = pageText(blocksOf(page));
    for (const name of DAMAGE_NAMES.filter((each) => each !== "none"))
      expect(DAMAGE[name](page, rngOf(name)).text).not.toBe(whole);
  });
});

describe("emend papers convert", () => {
  let folder = "";
  let [out, remarks] = ["", ""];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "emend-papers-"));
    [out, remarks] = ["", ""];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      remarks += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const convert = async (text: string, ...options: readonly string[]) => {
    const file = join(folder, "saved.txt");
    writeFileSync(file, text);
    const program = new Command().exitOverride();
    addPapers(program);
    await program.parseAsync(["node", "emend", "papers", "convert", file, ...options]);
  };
  const page = paperPage(rngOf(9), 3);
  const text = `${pageText(blocksOf(page))}\n\nAn odd shout`;

  test("writes the papers to standard output, and each warning with its line to the other", async () => {
    await convert(text, "--to", "bibtex", "--page-year", "2025");
    expect(readPapers(out).papers.map(({ title }) => title)).toEqual(
      page.papers.map(({ title }) => title),
    );
    const line = text.split("\n").length;
    expect(remarks).toContain(`saved.txt:${line}: unpaired-text: `);
    expect(remarks).toMatch(/not in this format: .*\n/);
    expect(remarks).toContain("3 papers read as list-page");
  });

  test("writes a file and reports as JSON", async () => {
    const file = join(folder, "papers.ris");
    await convert(text, "--to", "ris", "--out", file, "--json");
    expect(JSON.parse(out)).toMatchObject({ format: "list-page", papers: 3 });
    expect(readPapers(readFileSync(file)).papers).toHaveLength(3);
  });

  test.each([
    [["--to", "word"], "--to is not as expected"],
    [["--to", "csv", "--from", "word"], "--from is not as expected"],
    [["--to", "csv", "--page-year", "24"], "--page-year is not as expected"],
    [["--to", "csv", "--json"], "--json needs --out"],
  ])("%j is refused", async (options, message) => {
    await expect(convert(text, ...options)).rejects.toThrow(message);
    expect(out).toBe("");
  });
});
