import cluster, { type Worker } from 'node:cluster';
import { log } from '../log';

/**
 * Runs so many processes of this program on one port, and ends when they have ended. One that dies later is replaced; one
 * that cannot even start would not start the next time either: then all end.
 * @param ready called once, when every process listens
 */
export function supervise(processes: number, ready: () => void): void {
  const listening = new Set<Worker>();
  let stopping = false;
  let exitCode = 0;
  let announced = false;

  cluster.on('listening', (worker) => {
    listening.add(worker);
    if (!announced && listening.size === processes) {
      announced = true;
      ready();
    }
  });
  cluster.on('exit', (worker, code, signal) => {
    const started = listening.delete(worker);
    if (!stopping && started) {
      log().error({ pid: worker.process.pid, code, signal }, 'a process died; another one takes its place');
      cluster.fork();
    } else if (!stopping) {
      stop('SIGTERM', code || 1);
    }
    if (stopping && Object.keys(cluster.workers ?? {}).length === 0) process.exit(exitCode);
  });

  function stop(signal: NodeJS.Signals, code: number): void {
    stopping = true;
    exitCode = Math.max(exitCode, code);
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
  }
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  for (let count = 0; count < processes; count++) cluster.fork();
}
