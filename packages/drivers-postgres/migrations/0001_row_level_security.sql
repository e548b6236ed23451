-- They do nothing until row-level security is enabled, by "holdfast migrate --row-level-security on".
-- A workspace is never named "*": that is for the questions of operators.
CREATE POLICY "of_workspace" ON "holdfast"."accounts"
	USING ("workspace" = current_setting('holdfast.workspace', true))
	WITH CHECK ("workspace" = current_setting('holdfast.workspace', true));
--> statement-breakpoint
CREATE POLICY "of_workspace" ON "holdfast"."chunks"
	USING ("workspace" = current_setting('holdfast.workspace', true))
	WITH CHECK ("workspace" = current_setting('holdfast.workspace', true));
--> statement-breakpoint
CREATE POLICY "of_workspace" ON "holdfast"."entries"
	USING ("workspace" = current_setting('holdfast.workspace', true))
	WITH CHECK ("workspace" = current_setting('holdfast.workspace', true));
--> statement-breakpoint
CREATE POLICY "of_workspace" ON "holdfast"."readers"
	USING ("workspace" = current_setting('holdfast.workspace', true))
	WITH CHECK ("workspace" = current_setting('holdfast.workspace', true));
--> statement-breakpoint
CREATE POLICY "of_workspace" ON "holdfast"."streams"
	USING ("workspace" = current_setting('holdfast.workspace', true))
	WITH CHECK ("workspace" = current_setting('holdfast.workspace', true));
--> statement-breakpoint
CREATE POLICY "of_operator" ON "holdfast"."accounts" FOR SELECT
	USING (current_setting('holdfast.workspace', true) = '*');
--> statement-breakpoint
CREATE POLICY "of_operator" ON "holdfast"."streams" FOR SELECT
	USING (current_setting('holdfast.workspace', true) = '*');
