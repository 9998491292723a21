DROP INDEX "cases_by_risk";--> statement-breakpoint
DROP INDEX "cases_by_uncertainty";--> statement-breakpoint
DROP INDEX "cases_by_diversity";--> statement-breakpoint
DROP INDEX "cases_by_random";--> statement-breakpoint
CREATE INDEX "open_by_uncertainty" ON "cases" USING btree ("project_no","uncertainty","item_id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "open_by_diversity" ON "cases" USING btree ("project_no","diversity","item_id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "open_by_random" ON "cases" USING btree ("project_no","random","item_id") WHERE state = 'open';--> statement-breakpoint
ALTER TABLE "cases" DROP COLUMN "risk_rank";