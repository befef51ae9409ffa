import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: ["./src/schema.ts", "./src/schema-people.ts", "./src/schema-inbox.ts", "./src/schema-media.ts"],
  out: "./src/migrations",
  casing: "snake_case",
});
