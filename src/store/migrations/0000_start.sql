CREATE TABLE "blobs" (
	"hash" text COLLATE "C" PRIMARY KEY NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cases" (
	"project_no" integer NOT NULL,
	"item_id" text COLLATE "C" NOT NULL,
	"title" text NOT NULL,
	"sender" text,
	"proposed" text,
	"assessment" json,
	"risk_rank" double precision NOT NULL,
	"cost" double precision NOT NULL,
	"uncertainty" double precision NOT NULL,
	"diversity" double precision NOT NULL,
	"random" double precision NOT NULL,
	"audit" boolean NOT NULL,
	"propensity" double precision NOT NULL,
	"base_state" text COLLATE "C" NOT NULL,
	"base_waiting_for" text,
	"base_version" integer NOT NULL,
	"put_seq" bigint NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"waiting_for" text,
	"version" integer NOT NULL,
	"answer_id" text COLLATE "C",
	"skipped" boolean DEFAULT false NOT NULL,
	"failure" text,
	CONSTRAINT "cases_project_no_item_id_pk" PRIMARY KEY("project_no","item_id")
);
--> statement-breakpoint
CREATE TABLE "corrections" (
	"project_no" integer NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"item_id" text COLLATE "C" NOT NULL,
	"seq" bigint NOT NULL,
	"version" integer NOT NULL,
	"decision" text NOT NULL,
	"undoes" text COLLATE "C",
	"revoked" boolean DEFAULT false NOT NULL,
	CONSTRAINT "corrections_project_no_id_pk" PRIMARY KEY("project_no","id")
);
--> statement-breakpoint
CREATE TABLE "counts" (
	"project_no" integer PRIMARY KEY NOT NULL,
	"items" integer DEFAULT 0 NOT NULL,
	"held_out" integer DEFAULT 0 NOT NULL,
	"open" integer DEFAULT 0 NOT NULL,
	"answered" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"accepted" integer DEFAULT 0 NOT NULL,
	"waiting" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"project_no" integer NOT NULL,
	"at_ms" double precision NOT NULL,
	"kind" text NOT NULL,
	"body" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "items" (
	"project_no" integer NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"held_out" boolean NOT NULL,
	"gold" text,
	"body" json NOT NULL,
	CONSTRAINT "items_project_no_id_pk" PRIMARY KEY("project_no","id")
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"project_id" text COLLATE "C",
	"singleton" text COLLATE "C",
	"state" text COLLATE "C" NOT NULL,
	"data" json NOT NULL,
	"checkpoint" json,
	"progress" json,
	"result" json,
	"error" text,
	"created_at_ms" double precision NOT NULL,
	"worker" text,
	"heartbeat_ms" double precision,
	"cancelling" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"project_no" integer NOT NULL,
	"item_id" text COLLATE "C" NOT NULL,
	"reviewer" text NOT NULL,
	"until_ms" double precision NOT NULL,
	CONSTRAINT "leases_project_no_item_id_pk" PRIMARY KEY("project_no","item_id")
);
--> statement-breakpoint
CREATE TABLE "lessons" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"project_no" integer NOT NULL,
	"parent" text COLLATE "C",
	"learned_from" text[] NOT NULL,
	"body" json NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"measurements" json NOT NULL,
	"gate" text
);
--> statement-breakpoint
CREATE TABLE "memories" (
	"project_no" integer NOT NULL,
	"correction_id" text COLLATE "C" NOT NULL,
	"item_id" text COLLATE "C" NOT NULL,
	"label" text NOT NULL,
	"vector" real[] NOT NULL,
	CONSTRAINT "memories_project_no_correction_id_pk" PRIMARY KEY("project_no","correction_id")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"no" serial PRIMARY KEY NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"name" text NOT NULL,
	"config" jsonb NOT NULL,
	"created_at_ms" double precision NOT NULL,
	"in_force" text COLLATE "C",
	CONSTRAINT "projects_id_unique" UNIQUE("id"),
	CONSTRAINT "projects_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "proposals" (
	"project_no" integer NOT NULL,
	"item_id" text COLLATE "C" NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "proposals_project_no_item_id_pk" PRIMARY KEY("project_no","item_id")
);
--> statement-breakpoint
CREATE INDEX "cases_by_cost" ON "cases" USING btree ("project_no","state","cost","item_id");--> statement-breakpoint
CREATE INDEX "cases_by_risk" ON "cases" USING btree ("project_no","state","risk_rank","item_id");--> statement-breakpoint
CREATE INDEX "cases_by_uncertainty" ON "cases" USING btree ("project_no","state","uncertainty","item_id");--> statement-breakpoint
CREATE INDEX "cases_by_diversity" ON "cases" USING btree ("project_no","state","diversity","item_id");--> statement-breakpoint
CREATE INDEX "cases_by_random" ON "cases" USING btree ("project_no","state","random","item_id");--> statement-breakpoint
CREATE INDEX "corrections_by_item" ON "corrections" USING btree ("project_no","item_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "corrections_by_seq" ON "corrections" USING btree ("project_no","seq");--> statement-breakpoint
CREATE INDEX "events_by_project" ON "events" USING btree ("project_no","seq");--> statement-breakpoint
CREATE INDEX "jobs_by_time" ON "jobs" USING btree ("created_at_ms");--> statement-breakpoint
CREATE INDEX "jobs_by_project" ON "jobs" USING btree ("project_id","created_at_ms");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_singleton" ON "jobs" USING btree ("kind","singleton") WHERE state in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "lessons_by_project" ON "lessons" USING btree ("project_no","version");