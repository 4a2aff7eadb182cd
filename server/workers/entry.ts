// Where a worker begins: it joins what runs in it with the thread that has started it.

import type { FromWorker, ToWorker } from "./messages.ts";
import { TransferWorker } from "./transfer_worker.ts";

/** What is used of the scope of a worker. */
interface WorkerScope {
  postMessage(messages: readonly FromWorker[]): void;
  onmessage: (event: MessageEvent<readonly ToWorker[]>) => void;
}

const scope = globalThis as unknown as WorkerScope;
const worker = new TransferWorker({
  post: (messages) => scope.postMessage(messages),
});
scope.onmessage = ({ data }) => worker.handle(data);
