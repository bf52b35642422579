import { afterEach, describe, expect, test, vi } from 'vitest';
import { openFlights, TooLate } from './flights';

/** Flights whose landing the test decides. */
function controlled() {
  const departed: Array<{ questions: number[]; land: (answer?: Error) => void }> = [];
  const ask = openFlights<number, string>(
    (questions) =>
      new Promise((resolve, reject) => {
        const land = (answer?: Error) =>
          answer ? reject(answer) : resolve(questions.map((question) => `answer to ${question}`));
        departed.push({ questions, land });
      }),
  );
  return { departed, ask: (question: number, milliseconds = 60_000) => ask(question, milliseconds) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
const seen = (departed: Array<{ questions: number[] }>) => departed.map(({ questions }) => questions);

afterEach(() => {
  vi.useRealTimers();
});

describe('requests share flights', () => {
  test('those of one turn share one, and each gets its own answer', async () => {
    const { departed, ask } = controlled();
    const answers = Promise.all([ask(1), ask(2), ask(3)]);
    expect(seen(departed)).toEqual([]);
    await turn();
    expect(seen(departed)).toEqual([[1, 2, 3]]);
    departed[0]?.land();
    expect(await answers).toEqual(['answer to 1', 'answer to 2', 'answer to 3']);
  });

  test('nobody boards a flight that has departed: a request is answered by a look that began after it came', async () => {
    const { departed, ask } = controlled();
    const first = ask(1);
    await turn();
    const second = ask(1);
    await turn();
    expect(seen(departed)).toEqual([[1], [1]]);
    departed[0]?.land();
    await first;
    const outcome = vi.fn();
    second.then(outcome);
    await turn();
    expect(outcome).not.toHaveBeenCalled();
    departed[1]?.land();
    expect(await second).toBe('answer to 1');
  });

  test('two are aloft at most; who comes meanwhile shares the next one, which departs when one lands', async () => {
    const { departed, ask } = controlled();
    const asked: Array<Promise<string>> = [];
    for (let question = 1; question <= 6; question++) {
      asked.push(ask(question));
      await turn();
    }
    expect(seen(departed)).toEqual([[1], [2]]);
    departed[1]?.land();
    await asked[1];
    await turn();
    expect(seen(departed)).toEqual([[1], [2], [3, 4, 5, 6]]);
    departed[0]?.land();
    departed[2]?.land();
    expect(await Promise.all(asked)).toHaveLength(6);
  });
});

describe('a flight that fails', () => {
  test('fails for everybody aboard, and for nobody else', async () => {
    const { departed, ask } = controlled();
    const first = [ask(1), ask(2)];
    await turn();
    const second = ask(3);
    await turn();
    departed[0]?.land(new Error('connection reset'));
    for (const asked of first) await expect(asked).rejects.toThrow('connection reset');
    departed[1]?.land();
    expect(await second).toBe('answer to 3');
    // The failed one gives its place back.
    const third = ask(4);
    await turn();
    departed[2]?.land();
    expect(await third).toBe('answer to 4');
  });

  test('that throws at once does no harm either', async () => {
    const ask = openFlights<number, string>(() => {
      throw new Error('no database');
    });
    for (let round = 0; round < 5; round++) await expect(ask(1, 1_000)).rejects.toThrow('no database');
  });
});

describe('the deadline', () => {
  test('covers waiting and flight together, aboard or not', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { departed, ask } = controlled();
    const outcomes: string[] = [];
    const watch = (asked: Promise<string>, name: string) =>
      asked.catch((error: unknown) => outcomes.push(`${name} ${error instanceof TooLate}`));
    watch(ask(1, 900), 'aloft');
    await turn();
    watch(ask(2, 900), 'aloft too');
    await turn();
    watch(ask(3, 900), 'waiting');
    vi.advanceTimersByTime(899);
    await turn();
    expect(outcomes).toEqual([]);
    vi.advanceTimersByTime(1);
    await turn();
    expect(outcomes).toEqual(['aloft true', 'aloft too true', 'waiting true']);
    expect(departed).toHaveLength(2);
    // Whoever waited in vain is not looked up when there is room again.
    departed[0]?.land();
    await turn();
    expect(departed).toHaveLength(2);
    const later = ask(4, 900);
    await turn();
    expect(seen(departed).at(-1)).toEqual([4]);
    departed[2]?.land();
    expect(await later).toBe('answer to 4');
  });

  test('of a flight is that of its most urgent passenger', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { ask } = controlled();
    const outcome = vi.fn();
    ask(1, 900).catch(outcome);
    ask(2, 100).catch(outcome);
    await turn();
    vi.advanceTimersByTime(100);
    await turn();
    expect(outcome).toHaveBeenCalledTimes(2);
  });

  test('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { departed, ask } = controlled();
    const asked = ask(1, 900);
    await turn();
    departed[0]?.land();
    await asked;
    await turn();
    expect(vi.getTimerCount()).toBe(0);
  });
});
