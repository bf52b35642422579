import pino from 'pino';
import { env } from './env';

let instance: pino.Logger | undefined;

/** Structured lines on standard output. Never pass headers, bodies or anything that may hold a secret. */
export function log(): pino.Logger {
  instance ??= pino({ level: env().logLevel, base: null });
  return instance;
}
