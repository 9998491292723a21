import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { rememberProject } from "#web/app/current-project.ts";
import { DocumentScreen } from "./document.tsx";
import { Documents } from "./documents.tsx";

/** The documents of a project, or one of them under revision. */
export function Writing() {
  const { projectId, documentId } = useParams({ from: "/p/$projectId/writing/{-$documentId}" });
  // The external system is what this browser remembers.
  useEffect(() => rememberProject(projectId), [projectId]);
  return documentId === undefined ? (
    <Documents projectId={projectId} />
  ) : (
    <DocumentScreen key={documentId} projectId={projectId} documentId={documentId} />
  );
}
