import { chmod } from "node:fs/promises"
import { fileURLToPath } from "node:url"

/** What `npx` starts in a checkout must be executable; whoever installs the package has npm see to it. */
await chmod(fileURLToPath(new URL("../../dist/cli/entry.js", import.meta.url)), 0o755)
