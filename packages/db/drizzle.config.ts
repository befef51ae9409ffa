import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: [
    "./src/schema.ts",
    "./src/schema-people.ts",
    "./src/schema-inbox.ts",
    "./src/schema-media.ts",
    "./src/schema-notes.ts",
    "./src/schema-shared-keys.ts",
  ],
  out: "./src/migrations",
  casing: "snake_case",
});
