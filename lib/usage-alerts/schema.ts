/** An hour in which a key was used far more than it used to be. */
export type UsageAlert = {
  /** The hour's beginning, ISO 8601 in UTC. */
  hour: string;
  requests: number;
  /** The mean of the key's hours in the 7 days before, or since its creation. */
  meanPerHour: number;
};
