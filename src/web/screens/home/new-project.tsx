import { TagsInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { EpisodeSchema } from "#core/episode.ts";
import type { ImportReport, ProjectDetail } from "#core/views.ts";
import { path, post, query, upload } from "#web/app/api.ts";
import { plural } from "#web/app/format.ts";
import { Failure } from "#web/app/parts.tsx";
import { hasQueue, screenOf } from "#web/app/project-screen.ts";
import { queryClient } from "#web/app/queries.ts";
import { formatOf } from "#web/screens/project/formats.ts";
import { TAB_WORLDS } from "#web/screens/robot/worlds.ts";
import css from "./home.module.css";

interface Made {
  readonly project: ProjectDetail;
  readonly report: ImportReport | null;
}

const KINDS = [
  { id: "labels", title: "labels: items that get one of several answers" },
  { id: "documents", title: "documents: texts revised in passes" },
  { id: "comparisons", title: "comparisons: replies, one of which is better" },
  { id: "episodes", title: "episodes: a robot that is taken over from" },
] as const;
type Kind = (typeof KINDS)[number]["id"];

interface Wish {
  readonly kind: Kind;
  readonly name: string;
  readonly classes: readonly string[];
  readonly positive: string;
  readonly file: File | null;
  readonly world: string;
  readonly protocol: EpisodeSchema["protocol"];
}

async function make({ kind, name, classes, positive, file, ...robot }: Wish): Promise<Made> {
  if (kind === "episodes") {
    const { world, protocol } = robot;
    const task = { kind: "episode", schema: { world, protocol } };
    const project = await post<ProjectDetail>("/projects", {
      name,
      task,
      assess: { system: protocol },
    });
    return { project, report: null };
  }
  if (kind === "comparisons") {
    const project = await post<ProjectDetail>("/projects", {
      name,
      task: { kind: "comparison", schema: {} },
      assess: { system: "reward-ensembles" },
    });
    return { project, report: null };
  }
  if (kind === "documents") {
    const task = { kind: "text", schema: { language: "en" } };
    const project = await post<ProjectDetail>("/projects", {
      name,
      task,
      assess: { system: "r3" },
    });
    return { project, report: null };
  }
  const project = await post<ProjectDetail>("/projects", {
    name,
    task: { kind: "label", schema: { classes, positive } },
  });
  const report =
    file === null
      ? null
      : await upload<ImportReport>(
          path`/projects/${project.id}/import` + query({ format: formatOf(file.name) }),
          file,
        );
  return { project, report };
}

/** A project needs a name and what it is of; one of labels needs these, and its items may come at once or later. */
export function NewProject() {
  const [kind, setKind] = useState<Wish["kind"]>("labels");
  const [name, setName] = useState("");
  const [classes, setClasses] = useState<string[]>([]);
  const [positive, setPositive] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [world, setWorld] = useState<string>(TAB_WORLDS[0]?.id ?? "");
  const [protocol, setProtocol] = useState<Wish["protocol"]>("sirius");
  const making = useMutation({
    mutationFn: make,
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ["projects"] }),
  });
  const stated = classes.includes(positive) ? positive : (classes[0] ?? "");
  const ready =
    name.trim() !== "" && (kind !== "labels" || classes.length >= 2) && !making.isPending;
  return (
    <section className={css.new} aria-label="New project">
      <h2>New project</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const robot = { world, protocol };
          if (ready)
            making.mutate({ kind, name: name.trim(), classes, positive: stated, file, ...robot });
        }}
      >
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={css.field}>
          <label htmlFor="new-project-kind">Of</label>
          <select
            id="new-project-kind"
            value={kind}
            onChange={(event) =>
              setKind(KINDS.find(({ id }) => id === event.currentTarget.value)?.id ?? "labels")
            }
          >
            {KINDS.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </div>
        {kind === "episodes" ? (
          <>
            <label className={css.field}>
              <span>World</span>
              <select value={world} onChange={(event) => setWorld(event.currentTarget.value)}>
                {TAB_WORLDS.map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
            <label className={css.field}>
              <span>After a take-over</span>
              <select
                value={protocol}
                onChange={(event) =>
                  setProtocol(event.currentTarget.value === "rac" ? "rac" : "sirius")
                }
              >
                <option value="sirius">hand back and go on (Sirius)</option>
                <option value="rac">recover, correct, end the episode (RaC)</option>
              </select>
            </label>
          </>
        ) : null}
        {kind !== "labels" ? null : (
          <>
            <TagsInput
              label="Labels"
              inputWrapperOrder={["label", "input", "description"]}
              description="Two or more; Enter after each. The order gives the keys 1, 2, …"
              value={classes}
              onChange={setClasses}
            />
            <label className={css.field}>
              <span>Positive label</span>
              <select
                value={stated}
                disabled={classes.length === 0}
                onChange={(event) => setPositive(event.currentTarget.value)}
              >
                {classes.map((label) => (
                  <option key={label}>{label}</option>
                ))}
              </select>
              <small className="quiet">The one precision, recall and F1 are stated for.</small>
            </label>
            <label className={css.field}>
              <span>Items (optional)</span>
              <input
                type="file"
                onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
              />
              <small className="quiet">
                JSONL rows are {"{id, text, proposal: {label}, votes?, gold?}"}; CSV, WRENCH and
                Label Studio are read too.
              </small>
            </label>
          </>
        )}
        <button type="submit" className="button primary" disabled={!ready}>
          {making.isPending ? "Making…" : "Make the project"}
        </button>
      </form>
      {making.error === null ? null : (
        <Failure error={making.error} what="The project was not made whole" />
      )}
      {making.data === undefined ? null : <Done made={making.data} />}
    </section>
  );
}

function Done({ made: { project, report } }: { readonly made: Made }) {
  return (
    <p role="status" className={css.done}>
      <strong>{project.name}</strong> is there
      {report === null
        ? "."
        : `: ${plural(report.accepted, "row")} went in, ${plural(report.rejected, "row")} came back.`}{" "}
      <Link
        to={hasQueue(project) ? "/p/$projectId" : screenOf(project)}
        params={{ projectId: project.id }}
      >
        Open it
      </Link>
    </p>
  );
}
