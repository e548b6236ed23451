CREATE SCHEMA "holdfast";
--> statement-breakpoint
CREATE TABLE "holdfast"."accounts" (
	"workspace" text COLLATE "C" NOT NULL,
	"plugin" text COLLATE "C" NOT NULL,
	"storage_entries" bigint DEFAULT 0 NOT NULL,
	"storage_bytes" bigint DEFAULT 0 NOT NULL,
	"persistent_entries" bigint DEFAULT 0 NOT NULL,
	"persistent_bytes" bigint DEFAULT 0 NOT NULL,
	"next_expiry" bigint,
	"last_commit" text COLLATE "C",
	CONSTRAINT "accounts_workspace_plugin_pk" PRIMARY KEY("workspace","plugin")
);
--> statement-breakpoint
CREATE TABLE "holdfast"."chunks" (
	"workspace" text COLLATE "C" NOT NULL,
	"plugin" text COLLATE "C" NOT NULL,
	"stream" text COLLATE "C" NOT NULL,
	"position" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "chunks_workspace_plugin_stream_position_pk" PRIMARY KEY("workspace","plugin","stream","position")
);
--> statement-breakpoint
CREATE TABLE "holdfast"."entries" (
	"workspace" text COLLATE "C" NOT NULL,
	"plugin" text COLLATE "C" NOT NULL,
	"store" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"size" bigint NOT NULL,
	"version" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"expires_at" bigint,
	"content_type" text,
	"stream" text,
	"value" "bytea",
	CONSTRAINT "entries_workspace_plugin_store_key_pk" PRIMARY KEY("workspace","plugin","store","key")
);
--> statement-breakpoint
CREATE TABLE "holdfast"."migrations" (
	"version" integer PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"applied_at" bigint NOT NULL,
	"works_with" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "holdfast"."readers" (
	"workspace" text COLLATE "C" NOT NULL,
	"plugin" text COLLATE "C" NOT NULL,
	"stream" text COLLATE "C" NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"lease_until" bigint NOT NULL,
	CONSTRAINT "readers_workspace_plugin_stream_id_pk" PRIMARY KEY("workspace","plugin","stream","id")
);
--> statement-breakpoint
CREATE TABLE "holdfast"."streams" (
	"workspace" text COLLATE "C" NOT NULL,
	"plugin" text COLLATE "C" NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"state" integer NOT NULL,
	"lease_until" bigint,
	CONSTRAINT "streams_workspace_plugin_id_pk" PRIMARY KEY("workspace","plugin","id")
);
--> statement-breakpoint
CREATE INDEX "entries_by_expiry" ON "holdfast"."entries" USING btree ("workspace","plugin","expires_at") WHERE expires_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "streams_unfinished" ON "holdfast"."streams" USING btree ("workspace","plugin") WHERE state <> 1;