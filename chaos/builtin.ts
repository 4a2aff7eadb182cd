import { DOWNLOAD_SCENARIOS } from "./builtin_download.ts";
import { REQUEST_SCENARIOS } from "./builtin_request.ts";
import { UPLOAD_SCENARIOS } from "./builtin_upload.ts";
import type { ChaosScenario } from "./scenario.ts";

/** The scenarios that are always there, with names of their own. */
export const BUILTIN_SCENARIOS: readonly ChaosScenario[] = [
  ...REQUEST_SCENARIOS,
  ...DOWNLOAD_SCENARIOS,
  ...UPLOAD_SCENARIOS,
];
