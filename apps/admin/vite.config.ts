import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      routesDirectory: `${import.meta.dirname}/src/routes`,
      generatedRouteTree: `${import.meta.dirname}/src/routeTree.gen.ts`,
      quoteStyle: "double",
      semicolons: true,
    }),
    react(),
  ],
  server: { port: 5173, proxy: { "/api": "http://localhost:3000" } },
  build: {
    target: "es2023",
    sourcemap: false,
    // The CSP forbids data: fonts, which small assets would become.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Icons of three hundred bytes each would otherwise come as a file each.
        codeSplitting: { groups: [{ name: "icons", test: /@tabler[\\/]icons-react/ }] },
      },
    },
  },
});
