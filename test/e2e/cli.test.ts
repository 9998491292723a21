/** The command line as a person uses it: one process a command, files in a folder, exit codes. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "#cli/package-root.ts";
import { StudyReport } from "#core/study.ts";
import { emend } from "./server.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Runs one command in the folder, to its end. */
function run(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [emend, ...args], { cwd: folder });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, errors })));
}

async function json<T>(...args: readonly string[]): Promise<T> {
  const { code, out, errors } = await run(...args, "--json");
  expect([code, errors.includes("Error")], errors).toEqual([0, false]);
  return JSON.parse(out) as T;
}

const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const lines = (name: string): Record<string, unknown>[] =>
  read(name)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const COMMANDS = [
  "start",
  "worker",
  "systems",
  "study",
  "run",
  "import",
  "export",
  "project",
  "revise",
];

describe("help", () => {
  test("every command says what it does, with an example", async () => {
    const { out, code } = await run("--help");
    expect(code).toBe(0);
    expect(out).toMatch(/Exit codes: 0 done/);
    const all = [...out.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name]) => name ?? []);
    expect(all).toEqual(expect.arrayContaining([...COMMANDS, "bench", "backup", "restore"]));
    const names = all.filter((one) => one !== "help");
    const helps = await Promise.all(names.map((name) => run(name, "--help")));
    for (const [index, name] of names.entries()) {
      expect([name, helps[index]?.code]).toEqual([name, 0]);
      expect(helps[index]?.out).toMatch(new RegExp(`Examples?:\\n  (.*)emend ${name}`));
    }
  });

  test("what there is not is told with exit code 2 and the way on", async () => {
    const command = await run("corect");
    expect([command.code, command.errors]).toEqual([2, expect.stringContaining("'corect'")]);
    const option = await run("systems", "--jsn");
    expect([option.code, option.errors]).toEqual([2, expect.stringContaining("--json")]);
    const study = await run("study", "no-such-system", "--fast");
    expect([study.code, study.errors]).toEqual([2, expect.stringContaining("pareto-calibration")]);
    const port = await run("start", "--port", "eighty");
    expect([port.code, port.errors]).toEqual([3, expect.stringContaining('Got "eighty"')]);
  });
});

describe("revise", () => {
  const LETTER = "# Letter\n\nWe recieve post. In order to answer it, we begin early.\n";

  test("prints the edits it would make and changes nothing", async () => {
    write("letter.md", LETTER);
    const { out, errors, code } = await run("revise", "letter.md");
    expect([code, read("letter.md")]).toEqual([0, LETTER]);
    expect(out).toMatch(
      /^letter\.md:3:4 {2}proposed {2}"recieve" → "receive" {2}\(fluency, spelling\)/m,
    );
    expect(errors).toContain("0 accepted");
  });

  test("makes the edits of the intents it is told to accept, in the form asked for", async () => {
    write("letter.md", LETTER);
    const accept = ["--accept", "fluency"] as const;
    const { edits, accepted } = await json<{ edits: { accepted: boolean }[]; accepted: number }>(
      ...(["revise", "letter.md", ...accept, "--out", "better.md"] as const),
    );
    expect(read("better.md")).toBe(LETTER.replace("recieve", "receive"));
    expect(edits.filter((edit) => edit.accepted)).toHaveLength(accepted);
    const diff = await run("revise", "letter.md", ...accept, "--format", "diff");
    expect(diff.out).toContain("-We recieve post.");
    await run("revise", "letter.md", ...accept, "--format", "html", "--out", "letter.html");
    expect(read("letter.html")).toMatch(/<ins[^>]*>receive<\/ins>/);
  });

  test("says what is wrong with what it is given", async () => {
    const cases = [
      [2, "cannot be read", "none.md"],
      [3, "fluency, clarity", "letter.md", "--accept", "speed"],
      [3, "text, markdown", "letter.md", "--format", "docx"],
      [3, "--accept with the intents", "letter.md", "--out", "same.md"],
      [3, "a whole number", "letter.md", "--depth", "0"],
    ] as const;
    for (const [code, said, ...args] of cases) {
      const ended = await run("revise", ...args);
      expect([ended.code, ended.errors]).toEqual([code, expect.stringContaining(said)]);
    }
  });
});

test("systems lists all 43 with four fields each", async () => {
  const systems = await json<Record<string, string>[]>("systems");
  expect(systems).toHaveLength(43);
  for (const system of systems) {
    expect(Object.keys(system)).toEqual(["id", "family", "title", "status"]);
    expect(["works", "planned"]).toContain(system.status);
  }
});

test("a fast study prints a report of arms and claims", async () => {
  const report = await json<unknown>("study", "pareto-calibration", "--fast", "--seeds", "1");
  const { claims, arms, seeds, fast } = StudyReport.parse(report);
  expect([seeds.length, fast]).toEqual([1, true]);
  expect(claims.length).toBeGreaterThan(5);
  expect(arms.length).toBeGreaterThan(5);
  for (const { value, interval } of claims) {
    expect(interval.low).toBeLessThanOrEqual(value);
    expect(interval.high).toBeGreaterThanOrEqual(value);
  }
});

test("doctor looks at the machine and the data folder", async () => {
  const findings = await json<{ what: string; state: string }[]>("doctor", "--data", "fresh");
  const states = new Map(findings.map(({ what, state }) => [what, state]));
  for (const what of ["Node", "disk", "database"])
    expect([what, states.get(what)]).toEqual([what, "ok"]);
});

const ROWS = 30;
const row = (index: number) => ({
  id: `r-${index}`,
  text: index % 2 === 0 ? `win a prize, number ${index}` : `minutes of meeting ${index}`,
  proposal: { label: index % 3 === 0 ? "spam" : "ham", confidence: 0.75, model: "m" },
  votes: { prize: index % 2 === 0 ? "spam" : null, meeting: index % 2 === 0 ? null : "ham" },
  gold: index % 2 === 0 ? "spam" : "ham",
});

/** Thirty rows, six of them bad, each in its own way; by line. */
const BAD: Readonly<Record<number, string>> = {
  17: '{"id": "r-17", "text": ',
  18: JSON.stringify({ id: "r-18", text: "x", proposal: { label: "eggs" } }),
  19: JSON.stringify({ id: "r-3", text: "again" }),
  20: JSON.stringify({ id: "r-20", text: "y".repeat(10_000_000) }),
  21: '{"id": "r-21", "text": "caf\u00e9"}',
  22: '{"id": "r-22", "text": "z", "proposal": {"label": "ham", "confidence": NaN}}',
};
const badFile = (): Buffer =>
  Buffer.concat(
    Array.from({ length: ROWS }, (_, index) =>
      Buffer.from(`${BAD[index + 1] ?? JSON.stringify(row(index + 1))}\n`, "latin1"),
    ),
  );

const RULES = `- {id: prize, kind: regex, label: spam, pattern: "\\\\bprize\\\\b"}
- {id: meeting, kind: keywords, label: ham, words: [meeting]}
`;

interface Report {
  readonly accepted: number;
  readonly rejected: number;
  readonly problems: readonly string[];
}

const importing = (project: string, file: string, ...more: readonly string[]) => {
  const [format = "jsonl"] = more[0]?.startsWith("--") === false ? more : [];
  const rest = more[0] === format ? more.slice(1) : more;
  return ["import", "--data", "data", "--project", project, "--format", format, ...rest, file];
};
const CLASSES = ["--classes", "spam,ham"];

describe("import and export", () => {
  test("each bad row comes back with where, expected and got; the good rows go in", async () => {
    write("bad.jsonl", badFile());
    write("rules.yaml", RULES);
    const report = await json<Report>(
      ...importing(
        "mine",
        "bad.jsonl",
        ...CLASSES,
        "--rules",
        "rules.yaml",
        "--rejects",
        "back.jsonl",
      ),
    );
    expect([report.accepted, report.rejected]).toEqual([ROWS - 6, 6]);
    const back = lines("back.jsonl");
    expect(back.map(({ line }) => line)).toEqual(Object.keys(BAD).map(Number));
    expect(back.map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/^bad\.jsonl, line 17: .*not JSON.*Expected one JSON object.*Got /),
      expect.stringMatching(/line 18, field "proposal\.label".*one of spam, ham.*Got "eggs"/),
      expect.stringMatching(/line 19, field "id".*Got "r-3", first in line 3/),
      expect.stringMatching(/line 20, field "text".*at most 1,000,000.*Got 10,000,000/),
      expect.stringMatching(/line 21: .*Expected UTF-8.*0xe9 at byte \d+/),
      expect.stringMatching(/line 22, field "proposal\.confidence".*from 0 to 1.*NaN/),
    ]);
    expect(report.problems).toEqual(back.map(({ problem }) => problem));
    for (const { raw } of back) expect(String(raw).length).toBeLessThanOrEqual(2_000);
  });

  test("a file of which nothing can be read says why, and leaves no project behind", async () => {
    write("empty.jsonl", "");
    write("columns.csv", "id,words,label\n1,hello,ham\n");
    write("broken.yaml", '- {id: open, kind: regex, label: spam, pattern: "(unclosed"}\n');
    write("few.jsonl", `${JSON.stringify(row(1))}\n`);
    const cases = [
      [importing("a", "empty.jsonl", ...CLASSES), 3, /empty\.jsonl: The file is empty/],
      [importing("b", "columns.csv", "csv", ...CLASSES), 3, /line 1: .*"text" is missing.*"words"/],
      [
        importing("c", "few.jsonl", ...CLASSES, "--rules", "broken.yaml"),
        3,
        /^broken\.yaml, line 1: .*"open".*character 1.*Got \(unclosed/m,
      ],
      [importing("d", "few.jsonl"), 3, /label set.*2 to 1000 different labels.*--classes/],
      [importing("e", "not-there.jsonl"), 2, /not-there\.jsonl/],
    ] as const;
    for (const [args, code, message] of cases) {
      const ended = await run(...args);
      expect([ended.code, ended.errors], args.join(" ")).toEqual([
        code,
        expect.stringMatching(message),
      ]);
    }
    const projects = await json<{ name: string }[]>("project", "--data", "data");
    expect(projects.map(({ name }) => name)).toEqual(["mine"]);
  });

  test("what is exported is read back the same", async () => {
    await json("export", "--data", "data", "--project", "mine", "--format", "jsonl", "mine.jsonl");
    const first = lines("mine.jsonl");
    expect(first).toHaveLength(ROWS - 6);
    expect(first[0]).toMatchObject(row(1));
    await json(...importing("again", "mine.jsonl", ...CLASSES));
    await json(
      "export",
      "--data",
      "data",
      "--project",
      "again",
      "--format",
      "jsonl",
      "again.jsonl",
    );
    expect(lines("again.jsonl")).toEqual(first);
  });

  for (const format of ["csv", "wrench", "label-studio"])
    test(`what goes out as ${format} comes in again, row for row`, async () => {
      mkdirSync(join(folder, format));
      const file = join(format, format === "wrench" ? "train.json" : "mine");
      const from = ["--data", "data", "--project", "mine", "--format", format];
      const { loss } = await json<{ loss: string[] }>("export", ...from, file);
      expect(loss.length).toBeGreaterThan(0);
      const back = importing(format, format === "wrench" ? format : file, format, ...CLASSES);
      const { accepted, rejected } = await json<Report>(...back);
      expect([accepted, rejected]).toEqual([ROWS - 6, 0]);
    });

  test("what can be learned from goes out for fine-tuning", async () => {
    const from = ["--data", "data", "--project", "mine", "--format", "openai-jsonl"];
    await json("export", ...from, "tune.jsonl");
    const rows = lines("tune.jsonl");
    expect(rows).toHaveLength(ROWS - 6);
    expect(rows[0]).toMatchObject({
      messages: [{ role: "system" }, { role: "user" }, { role: "assistant", content: "ham" }],
    });
    const nobody = await run("export", "--data", "data", "--project", "x", "--format", "csv", "x");
    expect([nobody.code, nobody.errors]).toEqual([2, expect.stringContaining('"mine"')]);
  });
});

const TICKETS = readFileSync(
  join(packageRoot, "src/systems/pareto-calibration/example.jsonl"),
  "utf8",
);

test("calibrate and score run on a file; bad rows come back", async () => {
  write("tickets.jsonl", `${TICKETS}{"id": "bad", "text": 7}\nnot JSON\n`);
  const rows = TICKETS.trimEnd().split("\n").length;
  const io = (out: string) => ["--in", "tickets.jsonl", "--out", out, "--rejects", "back.jsonl"];
  const done = await json<object>("run", "pareto-calibration.calibrate", ...io("fit.json"));
  expect(done).toMatchObject({ rows, rejected: 2 });
  expect(lines("back.jsonl").map(({ line, problem }) => [line, problem])).toEqual([
    [rows + 1, expect.stringMatching(/tickets\.jsonl, line 61, field "text".*string.*Got 7/)],
    [rows + 2, expect.stringMatching(/line 62: This is not JSON/)],
  ]);
  const fit = JSON.parse(read("fit.json")) as { model: unknown; risk: number[] };
  write("model.json", JSON.stringify(fit.model));
  await json("run", "pareto-calibration.score", ...io("risks.jsonl"), "--set", "model=@model.json");
  expect(lines("risks.jsonl").map(({ risk }) => risk)).toEqual(fit.risk);
  const other = await run("run", "pareto-calibration.guess", ...io("x.jsonl"));
  expect([other.code, other.errors]).toEqual([2, expect.stringContaining("calibrate")]);
});

test("a pattern made to take for ever does not", async () => {
  const text = `${"a".repeat(50_000)}!`;
  write("long.jsonl", `${TICKETS}${JSON.stringify({ id: "long", text })}\n`);
  write("slow.yaml", '- {id: slow, kind: regex, label: bug, pattern: "(a+)+$"}\n');
  const rules = ["--set", "rules=@slow.yaml"];
  const io = ["--in", "long.jsonl", "--out", "slow.jsonl"];
  const done = await json<object>("run", "pareto-calibration.calibrate", ...io, ...rules);
  expect(done).toMatchObject({ rows: TICKETS.trimEnd().split("\n").length + 1, rejected: 0 });
});

test("a data folder belongs to one process; the second is told by whom and what to do", async () => {
  const args = [emend, "worker", "--data", "data"];
  const first = spawn(process.execPath, args, { cwd: folder });
  await new Promise<void>((resolve) => first.stderr.once("data", () => resolve()));
  try {
    const second = await run("project", "--data", "data");
    expect(second.code).toBe(4);
    expect(second.errors).toContain(String(first.pid));
  } finally {
    const gone = new Promise((resolve) => first.once("exit", resolve));
    first.kill("SIGTERM");
    await gone;
  }
});
