import { z } from "zod";
import { Problem } from "#core/errors.ts";
import { ProjectId } from "#core/ids.ts";
import { type Project, ProjectConfig } from "#core/project.ts";
import type { ProjectCounts } from "#core/views.ts";
import type { Db } from "./db.ts";
import { foldOther } from "./fold-lessons.ts";
import { log } from "./log.ts";
import { sqlState, UNIQUE_VIOLATION } from "./sql.ts";
import type { Store } from "./store.ts";

const FIELDS = `p.id, p.config, p.created_at_ms, c.items, c.held_out,
  c.open, c.answered, c.skipped, c.accepted, c.waiting`;
const TABLES = "projects p join counts c on c.project_no = p.no";

const Row = z.object({
  id: ProjectId,
  config: ProjectConfig,
  created_at_ms: z.number(),
  items: z.int(),
  held_out: z.int(),
  open: z.int(),
  answered: z.int(),
  skipped: z.int(),
  accepted: z.int(),
  waiting: z.int(),
});
type Row = z.infer<typeof Row>;

const project = ({ id, config, created_at_ms }: Row): Project => ({
  id,
  config,
  createdAtMs: created_at_ms,
});

/** An item of the pool without a case waits for its proposer or assessor. */
function counts(row: Row): z.infer<typeof ProjectCounts> {
  const cases = row.open + row.answered + row.skipped + row.accepted + row.waiting;
  return {
    items: row.items,
    open: row.open,
    answered: row.answered,
    accepted: row.accepted,
    waiting: row.waiting + (row.items - row.held_out - cases),
  };
}

const SLUG_CHARS_MAX = 60;

/** A readable id for URLs: `mail triage` → `mail-triage`. */
const slug = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, SLUG_CHARS_MAX)
    .replace(/^-+|-+$/g, "") || "project";

const nameTaken = (name: string): Problem =>
  new Problem("conflict", "A project of this name is there already", {
    got: name,
    hint: "Choose another name.",
  });

export function projectStore(
  db: Db,
): Pick<
  Store,
  "createProject" | "changeProject" | "projects" | "project" | "projectByName" | "counts"
> {
  const one = async (where: string, value: string): Promise<Row | undefined> => {
    const [row] = await db.sql.query(`select ${FIELDS} from ${TABLES} where ${where} = $1`, [
      value,
    ]);
    return row === undefined ? undefined : Row.parse(row);
  };
  async function existing(id: ProjectId): Promise<Row> {
    await db.projectNo(id);
    return Row.parse(await one("p.id", id));
  }
  return {
    async createProject(config) {
      const id = await db.sql
        .transaction(async (tx) => {
          const base = slug(config.name);
          const taken = await tx.query<{ id: string }>(
            "select id from projects where id = $1 or id like $1 || '-%'",
            [base],
          );
          const ids = new Set(taken.map((row) => row.id));
          let id = base;
          for (let k = 2; ids.has(id); k++) id = `${base}-${k}`;
          const atMs = db.clock.nowMs();
          const [row] = await tx.query<{ no: number }>(
            `insert into projects(id, name, config, created_at_ms)
             values ($1, $2, $3::jsonb, $4) returning no`,
            [id, config.name, JSON.stringify(config), atMs],
          );
          const no = z.int().parse(row?.no);
          await tx.query("insert into counts(project_no) values ($1)", [no]);
          const projectId = ProjectId.parse(id);
          await log(tx, { projectId, no, atMs }, [{ kind: "project-created", config }]);
          return projectId;
        })
        .catch((error: unknown) => {
          throw sqlState(error) === UNIQUE_VIOLATION ? nameTaken(config.name) : error;
        });
      return project(await existing(id));
    },
    async changeProject(id, config) {
      await db
        .change(id, async (tx, no) => {
          const body = { kind: "project-changed", config } as const;
          const [event] = await log(tx, { projectId: id, no, atMs: db.clock.nowMs() }, [body]);
          if (event !== undefined) await foldOther(tx, no, { seq: event.seq, body });
        })
        .catch((error: unknown) => {
          throw sqlState(error) === UNIQUE_VIOLATION ? nameTaken(config.name) : error;
        });
      return project(await existing(id));
    },
    async projects() {
      const rows = await db.sql.query(`select ${FIELDS} from ${TABLES} order by p.no`);
      return rows.map((row) => {
        const parsed = Row.parse(row);
        return { ...project(parsed), counts: counts(parsed) };
      });
    },
    async project(id) {
      const row = await one("p.id", id);
      return row === undefined ? undefined : project(row);
    },
    async projectByName(name) {
      const row = await one("p.name", name);
      return row === undefined ? undefined : project(row);
    },
    async counts(id) {
      return counts(await existing(id));
    },
  };
}
