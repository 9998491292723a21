CREATE TABLE "documents" (
	"project_no" integer NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"title" text NOT NULL,
	"status" text NOT NULL,
	"pass" integer NOT NULL,
	"depth_max" integer NOT NULL,
	"open" integer NOT NULL,
	"words" integer NOT NULL,
	"version" integer NOT NULL,
	"state" json NOT NULL,
	"updated_at_ms" double precision NOT NULL,
	CONSTRAINT "documents_project_no_id_pk" PRIMARY KEY("project_no","id")
);
--> statement-breakpoint
CREATE TABLE "rewrites" (
	"project_no" integer NOT NULL,
	"rule_id" text COLLATE "C" NOT NULL,
	"lesson_id" text COLLATE "C" NOT NULL,
	"rule" json NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"pinned" boolean NOT NULL,
	"to_text" text,
	"because" text NOT NULL,
	"treated_success" integer DEFAULT 0 NOT NULL,
	"treated_defect" integer DEFAULT 0 NOT NULL,
	"hold_out_success" integer DEFAULT 0 NOT NULL,
	"hold_out_defect" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "rewrites_project_no_rule_id_pk" PRIMARY KEY("project_no","rule_id")
);
--> statement-breakpoint
CREATE TABLE "turns" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"project_no" integer NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"body" json NOT NULL
);
--> statement-breakpoint
CREATE INDEX "documents_by_time" ON "documents" USING btree ("project_no","updated_at_ms");--> statement-breakpoint
CREATE INDEX "turns_by_project" ON "turns" USING btree ("project_no","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "turns_by_id" ON "turns" USING btree ("project_no","id");