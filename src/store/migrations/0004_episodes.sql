CREATE TABLE "episodes" (
	"project_no" integer NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"seq" bigint NOT NULL,
	"blob" text COLLATE "C" NOT NULL,
	"round" integer NOT NULL,
	"policy_id" text COLLATE "C",
	"ended" text COLLATE "C" NOT NULL,
	"discarded" boolean NOT NULL,
	"facts" json NOT NULL,
	"edits" json NOT NULL,
	"version" integer NOT NULL,
	"at_ms" double precision NOT NULL,
	CONSTRAINT "episodes_project_no_id_pk" PRIMARY KEY("project_no","id")
);
--> statement-breakpoint
CREATE TABLE "running_episodes" (
	"project_no" integer NOT NULL,
	"episode_id" text COLLATE "C" NOT NULL,
	"from_t" integer NOT NULL,
	"count" integer NOT NULL,
	"head" json NOT NULL,
	"rows" json NOT NULL,
	CONSTRAINT "running_episodes_project_no_episode_id_from_t_pk" PRIMARY KEY("project_no","episode_id","from_t")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "episodes_by_seq" ON "episodes" USING btree ("project_no","seq");