import { defineConfig } from 'drizzle-kit'

// `pnpm --filter @holdfast/drivers-postgres generate --name NAME` writes the next migration.
// drizzle-kit takes its configuration from the default export only.
// oxlint-disable-next-line import/no-default-export
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/schema.ts',
  out: './migrations',
})
