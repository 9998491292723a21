CREATE TABLE "comparisons" (
	"project_no" integer NOT NULL,
	"seq" bigint NOT NULL,
	"correction_id" text COLLATE "C",
	"question_id" text COLLATE "C" NOT NULL,
	"reviewer" text NOT NULL,
	"stands" boolean NOT NULL,
	CONSTRAINT "comparisons_project_no_seq_pk" PRIMARY KEY("project_no","seq")
);
--> statement-breakpoint
CREATE TABLE "prompts" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"project_no" integer NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"held_out" boolean NOT NULL,
	"body" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "questions" (
	"project_no" integer NOT NULL,
	"reviewer" text NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"body" json NOT NULL,
	"until_ms" double precision NOT NULL,
	CONSTRAINT "questions_project_no_reviewer_id_pk" PRIMARY KEY("project_no","reviewer","id")
);
--> statement-breakpoint
CREATE TABLE "replies" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"project_no" integer NOT NULL,
	"prompt_id" text COLLATE "C" NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"body" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "training_runs" (
	"project_no" integer NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"created_at_ms" double precision NOT NULL,
	"body" json NOT NULL,
	CONSTRAINT "training_runs_project_no_id_pk" PRIMARY KEY("project_no","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_standing" ON "comparisons" USING btree ("project_no","question_id","reviewer") WHERE stands;--> statement-breakpoint
CREATE UNIQUE INDEX "prompts_by_id" ON "prompts" USING btree ("project_no","id");--> statement-breakpoint
CREATE INDEX "prompts_by_project" ON "prompts" USING btree ("project_no","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "replies_by_id" ON "replies" USING btree ("project_no","prompt_id","id");--> statement-breakpoint
CREATE INDEX "replies_by_project" ON "replies" USING btree ("project_no","seq");