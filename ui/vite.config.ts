import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the analyzer (or dev/fixture-server.mjs). */
const analyzer = 'http://127.0.0.1:8082';

export default defineConfig({
  base: './',
  build: {
    outDir: '../Analyzer.Node/wwwroot',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 600,
  },
  worker: { format: 'es' },
  server: {
    port: 8182,
    proxy: { '/api': analyzer, '/login': analyzer, '/logout': analyzer, '/ws': { target: analyzer, ws: true } },
  },
  test: { include: ['test/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
