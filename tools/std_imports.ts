/**
 * Every module of the standard library that this project imports. The task
 * `setup` caches this file: where that fails, JSR is out of reach and
 * `std_from_npm.ts` makes stand-ins. That way a fault in the project's own
 * code is never taken for a missing registry.
 *
 * @module
 */

import "@std/assert";
import "@std/cli/parse-args";
import "@std/log";
import "@std/path";
import "@std/path/posix";
