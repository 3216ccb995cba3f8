// Writes src/lib/api/openapi.ts, the shapes of docs/openapi.json. With --check it only says whether they agree.

import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../docs/openapi.json", import.meta.url);
const TYPES = new URL("../src/lib/api/openapi.ts", import.meta.url);
const HEAD = "// Made by `npm run openapi` from docs/openapi.json; not to be changed by hand.\n\n";

const { openapi, info, components } = JSON.parse(await readFile(DOCUMENT, "utf8"));
// Only the shapes: the routes are called by name in the features' queries.
const shapes = { openapi, info, paths: {}, components: { schemas: components.schemas } };
const wanted = HEAD + astToString(await openapiTS(shapes, { exportType: false }));

if (process.argv.includes("--check")) {
  const written = await readFile(TYPES, "utf8").catch(() => "");
  if (written !== wanted) {
    console.error(
      "src/lib/api/openapi.ts is not what docs/openapi.json says: run `npm run openapi`",
    );
    process.exit(1);
  }
} else {
  await writeFile(TYPES, wanted);
}
