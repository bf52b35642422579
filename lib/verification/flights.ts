type Passenger<Question, Answer> = {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (reason: Error) => void;
};
type Flight<Question, Answer> = {
  passengers: Passenger<Question, Answer>[];
  /** When the most urgent passenger has to have an answer, on `performance.now()`. */
  deadline: number;
  alarm: NodeJS.Timeout;
};

/** The deadline passed before there was an answer. */
export class TooLate extends Error {
  override name = 'TooLate';
}

/**
 * Lets questions that are asked in the same turn of the event loop share one look at the database, a flight. At most two
 * are aloft; whoever asks meanwhile boards the next one, which departs when one of them lands.
 *
 * The invariant that zero staleness rests on: a question is answered by a flight that departed after it was asked, so by
 * a look that began after the request arrived. Nobody ever boards a flight that is aloft.
 * @param fly answers the questions of one flight, in their order
 * @returns asks a question, which rejects with `TooLate` after so many milliseconds of waiting and flight
 */
export function openFlights<Question, Answer>(
  fly: (questions: Question[]) => Promise<Answer[]>,
): (question: Question, milliseconds: number) => Promise<Answer> {
  const maximumAloft = 2;
  let aloft = 0;
  let boarding: Flight<Question, Answer> | null = null;

  function board(milliseconds: number): Flight<Question, Answer> {
    // Departing at the end of the turn takes along everybody whose request was read in it.
    setImmediate(departIfPossible);
    const flight = { passengers: [], deadline: performance.now() + milliseconds, alarm: undefined as never };
    setAlarm(flight);
    return flight;
  }

  /** One for the whole flight: where the most urgent passenger is too late, the database is in trouble for all of them. */
  function setAlarm(flight: Flight<Question, Answer>): void {
    clearTimeout(flight.alarm);
    flight.alarm = setTimeout(() => {
      for (const { reject } of flight.passengers) reject(new TooLate('The database did not answer in time.'));
      // Nobody waits for it any more.
      if (boarding === flight) boarding = null;
    }, flight.deadline - performance.now());
  }

  function departIfPossible(): void {
    if (!boarding || aloft >= maximumAloft) return;
    const flight = boarding;
    boarding = null;
    aloft++;
    land(flight).finally(() => {
      aloft--;
      departIfPossible();
    });
  }

  async function land({ passengers, alarm }: Flight<Question, Answer>): Promise<void> {
    try {
      const answers = await fly(passengers.map(({ question }) => question));
      passengers.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer);
      });
    } catch (error) {
      for (const { reject } of passengers) reject(error as Error);
    } finally {
      clearTimeout(alarm);
    }
  }

  return (question, milliseconds) =>
    new Promise((resolve, reject) => {
      boarding ??= board(milliseconds);
      boarding.passengers.push({ question, resolve, reject });
      // A look's passengers all have the same time, so only other questions ever get here.
      const deadline = performance.now() + milliseconds;
      if (deadline < boarding.deadline - 1) {
        boarding.deadline = deadline;
        setAlarm(boarding);
      }
    });
}
